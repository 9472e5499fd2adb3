// The desk (`make screen`): a page that was opened from it saves into config/ itself; one that was opened as a file has none.
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
