// The person's sheet, and the register of studies: saved as the files that belong in config/, and loaded back from them.
function save() {
  const begun = new Set(rows.filter((row) => !row.removed && says(row)).map((row) => row.study));
  const chosen = rows.filter((row) => !row.removed && (row.own || begun.has(row.study)));
  const problems = problemsOf(chosen).length;
  download(csv(names, chosen.map((row) => row.cells)), data.file);
  tell(`Saved ${data.file}${problems ? `, with ${problems} problems that the next run will refuse` : ""}. Put it at ${data.destination}.`);
}
function saveRegister() {
  const columns = data.register.columns.map((column) => column.name);
  const chosen = registerRows.filter((row) => columns.some((name) => name !== "study" && row.cells[name]));
  download(csv(columns, chosen.map((row) => row.cells)), data.register.file);
  tell(`Saved ${data.register.file}. Put it at ${data.register.destination}.`);
}
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
