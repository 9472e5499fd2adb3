// What of the decisions in this browser is in the reviewer's sheet, and saving the rest: to the desk at once, or by download.
// `saved` is what the sheet says as far as this browser knows; a decision that is another one is not saved yet.
const savedKey = (id) => `evergreen-saved/${data.key}/${id}`;
const saved = new Map();
const unsaved = new Set();
const sentKey = (id) => `evergreen-sent/${data.key}/${id}`;
const underway = new Map(); // id to what was sent and not confirmed: the sheet may hold any of it
const doubtful = new Set(); // what was confirmed and is not in the sheet as this page got it, which may have been read before: the desk is asked
const held = new Map(); // id to what the sheet says instead, or why the desk does not take it
const FIELDS = Object.keys(EMPTY);
const only = (state) => Object.fromEntries(FIELDS.map((name) => [name, state[name] ?? ""]));
const same = (one, other) => FIELDS.every((name) => (one[name] ?? "") === (other[name] ?? ""));
const savedOf = (id) => saved.get(id) ?? EMPTY;
let ready = false;
let sending = false;
let wait = 0;
let trouble = "";

function reckon(id) {
  if (held.get(id)?.why) held.delete(id); // another decision may be taken
  if (underway.has(id) || doubtful.has(id)) unsaved.add(id);
  else if (same(toKeep(id), savedOf(id)) || (!memory.has(id) && outdated(id, savedOf(id)))) unsaved.delete(id);
  else unsaved.add(id);
  if (!ready) return;
  showSaved();
  flush();
}
function send(id, state) {
  const before = underway.get(id) ?? [];
  underway.set(id, [...before.filter((one) => !same(one, state)), state].slice(-20));
  try {
    storage?.setItem(sentKey(id), JSON.stringify(underway.get(id)));
  } catch {
    // Without it a decision that is taken back while the server ends may come back from the sheet.
  }
  return before;
}
function answered(id) {
  doubtful.delete(id);
  if (underway.delete(id)) storage?.removeItem(sentKey(id));
}
function settled(id, state) {
  held.delete(id);
  if (saved.has(id) && same(saved.get(id), state)) return;
  saved.set(id, only(state));
  try {
    storage?.setItem(savedKey(id), JSON.stringify(only(state)));
  } catch {
    // It is asked for once more after the next start.
  }
}
function showSaved() {
  const box = $("kept");
  const number = unsaved.size;
  const many = (one, more) => `${number} ${number === 1 ? one : more}`;
  const [first] = held;
  $("choose").hidden = !first;
  $("save-now").hidden = Boolean(desk) || !number;
  if (first) {
    const [id, there] = first;
    const name = records[index.get(id)]?.title || id;
    $("mine").hidden = !there.row;
    box.textContent = there.row
      ? `Your sheet was changed elsewhere: it says ${label.get(there.row.decision)?.toLowerCase() ?? "nothing"} for "${name.slice(0, 80)}", and you decide ${label.get(stateOf(id).decision)?.toLowerCase() ?? "nothing"} here.`
      : `Not saved, "${name.slice(0, 80)}": ${there.why}`;
  } else if (desk && data.adjudication && number && !$("initials").value.trim()) box.textContent = "Give your initials: nothing is saved before.";
  else if (desk) box.textContent = number ? (trouble || `Saving ${many("decision", "decisions")} ...`) : `All saved in ${data.destination}.`;
  else box.textContent = number ? `${many("decision is", "decisions are")} only in this browser.` : "";
  box.className = (trouble || first || !desk) && number ? "warning" : "";
}

// ---- The desk: what is not saved is sent until it is confirmed, however often the server ends meanwhile ----
async function flush() {
  const initials = data.adjudication ? $("initials").value.trim() : "";
  if (!desk || sending || (data.adjudication && !initials)) return;
  const batch = [...unsaved].filter((id) => !held.has(id)).slice(0, 200);
  if (!batch.length) return;
  sending = true;
  const sent = new Map(batch.map((id) => [id, only(toKeep(id))]));
  try {
    const reply = await sendToDesk({ votes: batch.map((id) => ({ record_id: id, ...sent.get(id), before: doubtful.has(id) ? sent.get(id) : savedOf(id), sent: send(id, sent.get(id)), adjudicator: stateOf(id).adjudicator || initials })) });
    trouble = reply.problem ? `Not saved, and kept in this browser: ${reply.problem}` : "";
    for (const id of reply.saved ?? []) {
      answered(id);
      settled(id, sent.get(id));
      reckon(id);
    }
    for (const [id, row] of Object.entries(reply.differs ?? {})) {
      answered(id);
      held.set(id, { row });
    }
    for (const [id, why] of Object.entries(reply.refused ?? {})) {
      answered(id);
      held.set(id, { why });
    }
    wait = reply.problem ? 3000 : 0;
  } catch {
    trouble = `${unsaved.size} not saved yet: the server is not there. They are kept in this browser and saved when it is back.`;
    wait = Math.min(3000, 2 * wait + 250);
  }
  sending = false;
  showSaved();
  setTimeout(flush, wait);
}
function settle(mine) {
  const [[id, there]] = held;
  if (there.row) saved.set(id, only(there.row)); // what the decision of now is compared with
  held.delete(id);
  if (!mine) {
    keep(id, there.row && !same(there.row, EMPTY) ? only(there.row) : EMPTY);
    if (there.row) settled(id, there.row);
  }
  reckon(id);
  select();
}

// ---- Start: this browser's decisions beside the sheet ----
function recall(prefix, into) {
  for (const key of Object.keys(storage ?? {})) {
    if (!key.startsWith(prefix)) continue;
    try {
      into.set(key.slice(prefix.length), JSON.parse(storage.getItem(key)));
    } catch {
      storage.removeItem(key);
    }
  }
}
function begin() {
  recall(savedKey(""), saved);
  if (desk) recall(sentKey(""), underway);
  if (desk) beside(new Map(desk.sheet.map((row) => [row.record_id, row])));
  else for (const row of data.earlier) if (!saved.has(row.record_id)) saved.set(row.record_id, only(row));
  for (const id of new Set([...memory.keys(), ...(desk ? saved.keys() : []), ...underway.keys()])) reckon(id);
  ready = true;
  if (!records.some(isOpen)) $("filter").value = "all";
  select();
  showCriteria(data.eligibility);
  showSaved();
  flush();
}
// The sheet as the desk has just read it holds, but for what was decided here and never saved.
function beside(sheet) {
  const known = new Set([...memory.keys(), ...saved.keys(), ...sheet.keys(), ...underway.keys()]);
  for (const id of known) {
    if (!index.has(id) && !memory.has(id) && !underway.has(id)) {
      saved.delete(id); // a row of the sheet that is not this page's business
      continue;
    }
    const there = only(sheet.get(id) ?? EMPTY);
    const here = stateOf(id);
    const before = saved.get(id);
    if (underway.get(id)?.some((one) => same(one, there))) {
      settled(id, there); // it was written, and what is here was decided later
      answered(id);
    } else if (same(here, there) || !memory.has(id)) {
      answered(id);
      if (sheet.has(id) && !outdated(id, there)) memory.set(id, { ...EMPTY, ...sheet.get(id) });
      settled(id, there);
    } else if (before && same(here, before)) {
      if (same(there, EMPTY)) doubtful.add(id);
      else keep(id, there);
      saved.set(id, there);
    } else saved.set(id, before ?? EMPTY);
  }
}
// Another tab of this page: the last decision on a record holds in both.
window.addEventListener("storage", (event) => {
  const id = event.key?.startsWith(storageKey("")) ? event.key.slice(storageKey("").length) : "";
  if (event.key?.startsWith(savedKey("")) && event.newValue) {
    saved.set(event.key.slice(savedKey("").length), { ...EMPTY, ...JSON.parse(event.newValue) });
    reckon(event.key.slice(savedKey("").length));
  }
  if (!index.has(id)) return;
  const state = stored(id);
  if (state) memory.set(id, state);
  else memory.delete(id);
  reckon(id);
  tally();
  list();
  const record = records[at];
  if (record?.id !== id) return;
  say(record, stateOf(id));
  if (document.activeElement !== $("note")) $("note").value = stateOf(id).note;
  tell("This record was changed in another tab.");
});
$("mine").addEventListener("click", () => settle(true));
$("theirs").addEventListener("click", () => settle(false));
$("save-now").addEventListener("click", save);
// Closing with decisions that are nowhere but here.
window.addEventListener("beforeunload", (event) => {
  saveNote();
  if (unsaved.size) event.preventDefault();
});
if (desk) {
  $("export").firstChild.textContent = "Download a copy as ";
  $("initials")?.addEventListener("change", () => {
    showSaved();
    flush();
  });
}
begin();
