// A long list stands in the page in packed blocks, a line each; the program of the page begins when they are unpacked.
async function unpack(begin) {
  const box = document.getElementById("record-title");
  if (!("DecompressionStream" in window)) {
    box.textContent = "This browser is too old to open a list of this length. Use Firefox 113, Safari 16.4, Chrome or Edge 80 or a later one, or the workbook beside this page.";
    return;
  }
  const found = [];
  for (const block of document.getElementById("packed").textContent.trim().split("\n")) {
    box.textContent = `Opening the list: ${found.length} records ...`;
    const signs = atob(block);
    const bytes = new Uint8Array(signs.length);
    for (let at = 0; at < signs.length; at += 1) bytes[at] = signs.charCodeAt(at); // much faster than Uint8Array.from
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    for (const record of JSON.parse(await new Response(plain).text())) found.push(record);
  }
  document.getElementById("packed").remove();
  begin(found);
}
