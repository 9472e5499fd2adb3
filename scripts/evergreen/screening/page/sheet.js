// The reviewer's sheet: saved as the file that belongs in config/, and loaded back from it.
function sheet() {
  const rows = data.earlier.filter((row) => !memory.has(row.record_id) && (!index.has(row.record_id) || outdated(row.record_id, row)));
  const initials = data.adjudication ? $("initials").value.trim() : null;
  const strays = [...memory.keys()].filter((id) => !index.has(id));
  for (const id of [...records.map((record) => record.id), ...strays]) {
    if (!memory.has(id)) continue;
    const row = { record_id: id, ...stateOf(id) };
    if (initials !== null) row.adjudicator = row.adjudicator || initials;
    rows.push(row);
  }
  return csv(data.columns, rows);
}
function save() {
  if (data.adjudication && !$("initials").value.trim()) {
    tell("Give your initials first: the sheet names who decided.");
    $("initials").focus();
    return;
  }
  saveNote();
  readBack(); // what another tab has decided
  download(sheet(), data.file);
  if (!desk) {
    for (const id of [...unsaved]) {
      settled(id, stateOf(id));
      reckon(id);
    }
  }
  tell(`Saved ${data.file}. Put it at ${data.destination}.`);
}
// The key that a cell means, given as key or label; the cell where it means none.
function choice(cell, choices) {
  const plain = (text) => (text ?? "").normalize("NFC").trim().toLowerCase().replaceAll(/[\s_]+/g, "_");
  return choices.find((names) => names.some((name) => plain(name) === plain(cell)))?.[0] ?? cell;
}
async function load(file) {
  const { names, rows: read } = rowsOf(await file.text());
  if (!names.includes("record_id") || !names.includes("decision")) {
    tell("This file has no columns record_id and decision; nothing was loaded.");
    return;
  }
  for (const row of read) {
    row.decision = choice(row.decision, data.decisions.map(({ id, label: text }) => [id, text]));
    row.reason = choice(row.reason, data.reasons);
  }
  const strange = read.find((row) => row.decision && !label.has(row.decision));
  if (strange) {
    tell(`The decision "${strange.decision}" of ${strange.record_id} is not one of this stage; nothing was loaded.`);
    return;
  }
  let loaded = 0;
  let others = 0;
  for (const row of read) {
    if (!row.decision) continue; // an empty cell deletes nothing
    if (!index.has(row.record_id)) {
      others += 1;
      if (!data.earlier.some((one) => one.record_id === row.record_id)) data.earlier.push(row);
      continue;
    }
    const state = { ...EMPTY };
    for (const name of [...Object.keys(EMPTY), "adjudicator"]) if (row[name]) state[name] = row[name];
    undone.push([row.record_id, stateOf(row.record_id)]);
    keep(row.record_id, state);
    loaded += 1;
  }
  select();
  tell(`${loaded} decisions loaded${others ? `; ${others} of records that are not on this page stay in the file you save` : ""}.`);
}
