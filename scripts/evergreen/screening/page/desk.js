// The desk (`evergreen screen`): a page that was opened from it saves into config/ itself; one that was opened as a file has none.
const desk = JSON.parse(document.getElementById("desk")?.textContent ?? "null");
// What the server says to a saving; throws where it is not there.
async function sendToDesk(body) {
  const reply = await fetch(`/${desk.place}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Evergreen-Token": desk.token },
    body: JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(20000),
  });
  return reply.json();
}
// What the protocol says of studies that belong into the review, on every page.
function showCriteria({ include = [], exclude = [] } = {}) {
  const box = document.getElementById("criteria");
  box.hidden = !include.length && !exclude.length;
  for (const [head, lines] of [["Included are studies:", include], ["Left out are studies:", exclude]]) {
    if (!lines.length) continue;
    const list = document.createElement("ul");
    list.append(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
    box.append(Object.assign(document.createElement("p"), { textContent: head }), list);
  }
}
