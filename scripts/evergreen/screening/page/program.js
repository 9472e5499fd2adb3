// The screening page: one record at a time, decisions kept in the browser and saved as the reviewer's sheet.
const PAGE = 50;

let matching = []; // positions of the records that the search and the filter leave
let at = 0; // position of the record shown
let shownFrom = 0; // first entry of the list
const undone = []; // [record id, state before]
let refocus = null;

// ---- Text with the protocol's words marked ----
const kinds = Object.entries(data.terms).filter(([, words]) => words.length);
const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const finder = kinds.length
  ? new RegExp(kinds.map(([kind, words]) => `(?<${kind}>(?<![\\p{L}\\p{N}])(?:${words.map(escaped).join("|")})[\\p{L}\\p{N}]*)`).join("|"), "giu")
  : null;
function write(element, text) {
  element.replaceChildren();
  if (!finder) {
    element.textContent = text;
    return;
  }
  let from = 0;
  for (const match of text.matchAll(finder)) {
    element.append(text.slice(from, match.index));
    const mark = document.createElement("mark");
    mark.className = kinds.find(([kind]) => match.groups[kind] !== undefined)[0];
    mark.textContent = match[0];
    element.append(mark);
    from = match.index + match[0].length;
  }
  element.append(text.slice(from));
}

// ---- Search and filter ----
const haystacks = new Array(records.length);
function haystack(position) {
  const r = records[position];
  haystacks[position] ??= [r.id, r.title, r.authors, r.year, r.journal, r.abstract, r.doi, r.pmid].join("\n").toLowerCase();
  return haystacks[position];
}
const passes = {
  all: () => true,
  undecided: (record) => isOpen(record),
  note: (record) => Boolean(stateOf(record.id).note),
  pilot: (record) => record.pilot === "yes",
};
for (const choice of data.decisions) {
  passes[choice.id] = (record) => stateOf(record.id).decision === choice.id;
  $("filter").append(new Option(choice.label.toLowerCase(), choice.id));
}
function select() {
  const words = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const pass = passes[$("filter").value];
  matching = [];
  records.forEach((record, position) => {
    if (pass(record) && words.every((word) => haystack(position).includes(word))) matching.push(position);
  });
  shownFrom = 0;
  // What is not among them cannot be decided unseen.
  if (!matching.includes(at)) at = matching[0] ?? -1;
  show();
}

// ---- What is on the screen ----
function show() {
  const record = records[at];
  tally();
  $("matches").textContent = `${matching.length} of ${records.length} records`;
  list();
  $("decisions").querySelectorAll("button").forEach((button) => {
    button.disabled = !record;
  });
  $("note").disabled = !record;
  if (!record) {
    for (const part of ["place", "citation", "abstract", "links", "current"]) $(part).replaceChildren();
    $("note").value = "";
    $("record-title").textContent = records.length ? "No record matches" : "Nothing to screen";
    closeReasons();
    return;
  }
  const state = stateOf(record.id);
  const rank = matching.indexOf(at);
  $("place").textContent = `Record ${rank < 0 ? at + 1 : rank + 1} of ${rank < 0 ? records.length : matching.length} · ${record.id} · search of ${record.round}${record.pilot ? " · pilot set" : ""}`;
  write($("record-title"), record.title || "(no title)");
  $("citation").textContent = [record.authors, [record.journal, record.year].filter(Boolean).join(" ")].filter(Boolean).join(". ");
  write($("abstract"), record.abstract || "No abstract.");
  $("abstract").className = record.abstract ? "" : "none";
  links(record);
  say(record, state);
  $("note").value = state.note;
  closeReasons();
  $("undo").disabled = !undone.length;
}
function say(record, state) {
  const reason = state.reason ? ` (${reasonLabel.get(state.reason) ?? state.reason})` : "";
  const before = record.again && data.earlier.find((row) => row.record_id === record.id && outdated(record.id, row));
  const told = before ? `The criteria changed on ${record.again}. You said ${label.get(before.decision).toLowerCase()}${before.reason ? ` (${reasonLabel.get(before.reason) ?? before.reason})` : ""}${before.decided_on ? ` on ${before.decided_on}` : ""}. ` : "";
  $("current").textContent = `${told}${record.votes ? `${record.votes}. ` : ""}${state.decision ? `Yours: ${label.get(state.decision) ?? state.decision}${reason}` : "Not decided yet"}`;
  $("decisions").querySelectorAll("button").forEach((button) => {
    button.setAttribute("aria-pressed", String(button.dataset.decision === state.decision));
  });
}
function links(record) {
  $("links").replaceChildren();
  const targets = [
    ["PubMed", record.pmid && `https://pubmed.ncbi.nlm.nih.gov/${encodeURIComponent(record.pmid)}/`],
    ["DOI", record.doi && `https://doi.org/${record.doi.split("/").map(encodeURIComponent).join("/")}`],
    ["Page of the source", !record.pmid && !record.doi && /^https?:\/\//i.test(record.url) && record.url],
  ];
  for (const [name, address] of targets) {
    if (!address) continue;
    const link = document.createElement("a");
    link.href = address;
    link.target = "_blank";
    link.rel = "noreferrer";
    link.textContent = `${name} (opens a new tab)`;
    $("links").append(link);
  }
}
function tally() {
  const counts = {};
  let decided = 0;
  for (const record of records) {
    const { decision } = stateOf(record.id);
    if (!isOpen(record)) decided += 1;
    if (!decision) continue;
    counts[decision] = (counts[decision] ?? 0) + 1;
  }
  $("bar").max = Math.max(1, records.length);
  $("bar").value = decided;
  const parts = data.decisions.filter((choice) => counts[choice.id]).map((choice) => `${counts[choice.id]} ${choice.label.toLowerCase()}`);
  $("tally").textContent = `${decided} of ${records.length} decided${parts.length ? `: ${parts.join(", ")}` : ""}`;
}
function list() {
  const rows = matching.slice(shownFrom, shownFrom + PAGE).map((position) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    const { decision } = stateOf(records[position].id);
    button.type = "button";
    button.textContent = `${decision ? `[${label.get(decision) ?? decision}] ` : ""}${records[position].title}`;
    if (position === at) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => go(position));
    item.append(button);
    return item;
  });
  $("list").replaceChildren(...rows);
  $("page-back").disabled = shownFrom === 0;
  $("page-on").disabled = shownFrom + PAGE >= matching.length;
}
let fading = 0;
function tell(text) {
  $("message").textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => $("message").replaceChildren(), 4000);
}

// ---- Moving ----
function go(position, focus = true) {
  at = position;
  const rank = matching.indexOf(at);
  if (rank >= 0) shownFrom = Math.floor(rank / PAGE) * PAGE;
  show();
  window.scrollTo(0, 0);
  if (focus) $("record").focus({ preventScroll: true });
}
function step(by) {
  const rank = matching.indexOf(at);
  const next = rank < 0 ? matching.find((position) => position > at) ?? matching[0] : matching[rank + by];
  if (next === undefined) tell(by > 0 ? "This is the last record." : "This is the first record.");
  else go(next);
}
function onward() {
  const open = (position) => isOpen(records[position]);
  const next = matching.find((position) => position > at && open(position)) ?? matching.find(open);
  if (next !== undefined) {
    go(next);
    return;
  }
  show();
  tell(`All records of this selection are decided.${unsaved.size && !desk ? " Save your decisions now." : ""}`);
  if (!$("save-now").hidden) $("save-now").focus();
}

// ---- Deciding ----
function decide(decision, reason = null) {
  const record = records[at];
  if (!record) return;
  if (decision === "exclude" && reason === null && data.reasons.length) {
    openReasons();
    return;
  }
  const before = stateOf(record.id);
  undone.push([record.id, before]);
  keep(record.id, { ...before, decision, reason: decision === "exclude" ? reason ?? "" : "", note: $("note").value.trim(), decided_on: dayOf(record) });
  tell(`${label.get(decision)}: ${record.title.slice(0, 80)}`);
  onward();
}
function undo() {
  const last = undone.pop();
  if (!last) {
    tell("Nothing to undo.");
    return;
  }
  keep(last[0], last[1]);
  go(index.get(last[0]));
  tell("Undone.");
}
function saveNote() {
  const record = records[at];
  if (!record) return;
  const before = stateOf(record.id);
  const note = $("note").value.trim();
  if (note !== before.note) {
    keep(record.id, { ...before, note });
  }
}
function openReasons() {
  refocus = document.activeElement;
  $("reasons").hidden = false;
  $("reason-list").querySelector("button").focus();
  tell("Choose the reason.");
}
function closeReasons() {
  $("reasons").hidden = true;
}

// ---- Buttons and keys ----
function button(text, key, action) {
  const element = document.createElement("button");
  element.type = "button";
  const mark = document.createElement("kbd");
  mark.textContent = key;
  element.append(`${text} `, mark);
  element.setAttribute("aria-keyshortcuts", key);
  element.addEventListener("click", action);
  return element;
}
for (const choice of data.decisions) {
  const element = button(choice.label, choice.key, () => decide(choice.id));
  element.dataset.decision = choice.id;
  $("decisions").append(element);
}
const reasonKeys = "123456789abcdefghlmopqstvxyz";
const reasons = data.reason_required ? data.reasons : [...data.reasons, ["", "No reason given"]];
reasons.forEach(([reason, text], position) => {
  $("reason-list").append(button(text, reasonKeys[position] ?? "", () => decide("exclude", reason)));
});
const actions = {
  j: () => step(1), ArrowRight: () => step(1), k: () => step(-1), ArrowLeft: () => step(-1), z: undo,
  n: () => $("note").focus(), "/": () => $("search").focus(), "?": () => $("help-text").showModal(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help-text").open) return;
  const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape") {
    if (!$("reasons").hidden) {
      closeReasons();
      refocus?.focus();
    } else if (typing) $("record").focus();
    return;
  }
  if (typing || !$("keys").checked) return;
  if (!$("reasons").hidden) {
    const position = reasonKeys.indexOf(event.key.toLowerCase());
    if (position >= 0 && position < reasons.length) {
      event.preventDefault();
      decide("exclude", reasons[position][0]);
    }
    return;
  }
  const action = actions[event.key] ?? (decisionKeys.has(event.key.toLowerCase()) ? () => decide(decisionKeys.get(event.key.toLowerCase())) : null);
  if (!action) return;
  event.preventDefault();
  action();
});
$("search").addEventListener("input", select);
$("filter").addEventListener("change", select);
$("note").addEventListener("change", saveNote);
$("cancel").addEventListener("click", () => {
  closeReasons();
  refocus?.focus();
});
$("previous").addEventListener("click", () => step(-1));
$("next").addEventListener("click", () => step(1));
$("undo").addEventListener("click", undo);
$("page-back").addEventListener("click", () => {
  shownFrom = Math.max(0, shownFrom - PAGE);
  list();
});
$("page-on").addEventListener("click", () => {
  shownFrom += PAGE;
  list();
});
$("export").addEventListener("click", save);
$("load").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (file) await load(file);
  event.target.value = "";
});
$("help").addEventListener("click", actions["?"]);
window.addEventListener("pagehide", saveNote);

// ---- Start ----
$("heading").textContent = data.title;
$("subtitle").textContent = `${data.stage_label} · ${data.adjudication ? "adjudication" : `reviewer ${data.reviewer}`}`;
$("file-name").textContent = data.file;
$("destination").textContent = data.destination;
if (data.adjudication) {
  const field = document.createElement("label");
  field.append("Your initials ");
  field.append(Object.assign(document.createElement("input"), { id: "initials", type: "text", size: 6 }));
  $("export").before(field);
}
const keyList = [
  ...data.decisions.map((choice) => [choice.key, choice.label]),
  ["j →", "next record"], ["k ←", "previous record"], ["z", "undo"], ["n", "write a note"], ["/", "search"], ["Esc", "leave a field, or cancel a reason"],
];
for (const [key, text] of keyList) {
  const name = document.createElement("dt");
  const mark = document.createElement("kbd");
  mark.textContent = key;
  name.append(mark);
  $("key-list").append(name, Object.assign(document.createElement("dd"), { textContent: text }));
}
if (kinds.length) {
  $("legend").append("Marked words: ");
  for (const [kind] of kinds) $("legend").append(Object.assign(document.createElement("mark"), { className: kind, textContent: kind }), " ");
}
