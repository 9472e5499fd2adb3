// The records of the screening page and what was decided on them: one entry per record, so that a decision costs the same with ten records
// and with ten thousand.
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
if (desk) data.earlier = desk.sheet; // the sheet as it is now, and not as the last run found it
const records = data.records ?? unpacked;
const index = new Map(records.map((record, position) => [record.id, position]));
const decisionKeys = new Map(data.decisions.map((choice) => [choice.key, choice.id]));
const label = new Map(data.decisions.map((choice) => [choice.id, choice.label]));
const reasonLabel = new Map(data.reasons);

const memory = new Map();
const storageKey = (id) => `evergreen/${data.key}/${id}`;
let storage = null;
try {
  storage = window.localStorage;
  storage.setItem(storageKey(""), "1");
  storage.removeItem(storageKey(""));
} catch {
  storage = null;
  $("saved").hidden = false;
  $("saved").textContent = "This browser does not keep decisions: save them as a CSV before you close the page.";
}
const EMPTY = Object.freeze({ decision: "", reason: "", note: "", decided_on: "" });
// A decision from before a change of the criteria, of a record that is to be seen again: it is shown, and decides nothing.
function outdated(id, state) {
  const since = records[index.get(id)]?.again;
  return Boolean(since) && state.decision === "exclude" && (state.decided_on ?? "") < since;
}
function stateOf(id) {
  return memory.get(id) ?? EMPTY;
}
// What belongs into the sheet: the old decision too, until there is a new one and when that is undone.
const ofBefore = new Map(data.earlier.filter((row) => outdated(row.record_id, row)).map((row) => [row.record_id, { ...EMPTY, ...row }]));
function toKeep(id) {
  return memory.get(id) ?? ofBefore.get(id) ?? EMPTY;
}
function keep(id, state) {
  if (state.decision || state.note) {
    memory.set(id, state);
  } else {
    memory.delete(id);
  }
  try {
    if (memory.has(id)) storage?.setItem(storageKey(id), JSON.stringify(state));
    else storage?.removeItem(storageKey(id));
  } catch {
    $("saved").hidden = false;
    $("saved").textContent = "The browser's memory is full: save your decisions as a CSV now.";
  }
  reckon(id);
}
function stored(id) {
  try {
    const text = storage?.getItem(storageKey(id));
    return text ? { ...EMPTY, ...JSON.parse(text) } : null;
  } catch {
    storage.removeItem(storageKey(id));
    return null;
  }
}
function readBack() {
  for (const record of records) {
    const state = stored(record.id);
    if (state && !outdated(record.id, state)) memory.set(record.id, state);
  }
}
readBack();
// Decisions that were never saved, on records that have left the list since, belong into the sheet as well.
const inSheet = new Set(data.earlier.map((row) => row.record_id));
for (const key of Object.keys(storage ?? {})) {
  const id = key.startsWith(storageKey("")) ? key.slice(storageKey("").length) : "";
  const state = id && !index.has(id) && !inSheet.has(id) ? stored(id) : null;
  if (state?.decision) memory.set(id, state);
}
for (const row of data.earlier) {
  // A row without a decision, or of a record that came back because it was unsure.
  if (index.has(row.record_id) && !memory.has(row.record_id) && !outdated(row.record_id, row)) {
    memory.set(row.record_id, { ...EMPTY, ...row });
  }
}
function isOpen(record) {
  return data.open.includes(stateOf(record.id).decision);
}
// The day of a decision on a record: never before the change for which it is to be seen again, whatever the clock here says.
function dayOf(record) {
  return today() < (record.again ?? "") ? record.again : today();
}
function today() {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
