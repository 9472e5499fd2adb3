// The person's sheet, and the register of studies: saved as the files that belong in config/, and loaded back from them.
// What was entered since the last saving is told by a mark beside the drafts.
const marks = { row: "sheet", register: "register" };
const markKey = (part) => `evergreen-unsaved/${data.key}/${part}`;
const knownKey = (part) => `evergreen-saved/${data.key}/${part}`;
const touched = new Set(Object.values(marks).filter((part) => storage?.getItem(markKey(part))));
function touch(kind) {
  touched.add(marks[kind]);
  try {
    storage?.setItem(markKey(marks[kind]), "1");
  } catch {
    // The drafts say that the memory is full.
  }
  showTouched();
}
function showTouched() {
  const what = [...touched].map((part) => (part === "sheet" ? data.file : data.register.file)).join(" and ");
  $("kept").textContent = what ? `Not saved yet, and only in this browser: ${what}.` : "";
}
async function keepSheet(part, columns, chosen, { file, destination, built }, remark) {
  const cells = chosen.map((row) => row.cells);
  if (desk) {
    const fits = [built, storage?.getItem(knownKey(part))].filter((sha) => typeof sha === "string");
    try {
      const reply = await sendToDesk({ part, columns, rows: cells.map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? ""]))), fits });
      if (reply.problem) {
        tell(`Not saved, and kept in this browser: ${reply.problem}`);
        return;
      }
      storage?.setItem(knownKey(part), reply.sha256);
    } catch {
      tell("Not saved: the server is not there. What you entered is kept in this browser; save again when it is back.");
      return;
    }
    tell(`Saved in ${destination}${remark}.`);
  } else {
    download(csv(columns, cells), file);
    tell(`Saved ${file}${remark}. Put it at ${destination}.`);
  }
  touched.delete(part);
  storage?.removeItem(markKey(part));
  showTouched();
}
function save() {
  // Of a study that was worked on here all rows are saved, so that what is left of it is awaited; of the others what the sheet has.
  const begun = new Set(rows.filter((row) => !row.removed && says(row) && (row.fresh || !same(row.cells, row.base))).map((row) => row.study));
  const chosen = rows.filter((row) => !row.removed && (row.own || says(row) || begun.has(row.study)));
  const problems = problemsOf(chosen).length;
  return keepSheet("sheet", names, chosen, data, problems ? `, with ${problems === 1 ? "1 problem" : `${problems} problems`} that the next run will refuse` : "");
}
function saveRegister() {
  const columns = data.register.columns.map((column) => column.name);
  const chosen = registerRows.filter((row) => columns.some((name) => name !== "study" && row.cells[name]));
  return keepSheet("register", columns, chosen, data.register, "");
}
window.addEventListener("beforeunload", (event) => {
  if (touched.size) event.preventDefault();
});
async function load(file) {
  const { names: heads, rows: read } = rowsOf(await file.text());
  const spelt = new Map([...names, ...(data.register?.columns ?? []).map((column) => column.name)].map((name) => [name.toLowerCase().replaceAll(/[\s-]+/g, "_"), name]));
  const lines = read.map((row) => Object.fromEntries(Object.entries(row).map(([name, text]) => [spelt.get(name) ?? name, text])));
  const isSheet = data.needed.every((name) => heads.includes(name));
  if (!isSheet && !(data.register && heads.includes("study"))) {
    tell(`This file has no columns ${data.needed.join(", ")}; nothing was loaded.`);
    return;
  }
  const kind = isSheet ? "row" : "register";
  const there = new Map((isSheet ? rows : registerRows).map((row) => [isSheet ? keyOf(row.cells) : row.id, row]));
  let loaded = 0;
  for (const cells of lines) {
    if (!cells.study) continue;
    let row = there.get(isSheet ? keyOf(cells) : folded(cells.study));
    if (!row && isSheet && data.studies.some((study) => folded(study.id) === folded(cells.study))) {
      added += 1;
      row = { id: `new ${Date.now()} ${added}`, part: data.answered ? cells.domain : cells.outcome, cells: {}, base: {}, allowed: {}, hints: {}, fresh: true };
      row.cells = { ...cells };
      insert(row);
    }
    if (!row) continue;
    for (const [name, text] of Object.entries(cells)) if (text) row.cells[name] = text; // an empty cell deletes nothing
    keep(kind, row);
    loaded += 1;
  }
  select();
  tell(`${loaded} of ${lines.length} rows loaded${loaded < lines.length ? "; the others are of studies that are not in this list" : ""}.`);
}
showTouched();
showCriteria(data.eligibility);
