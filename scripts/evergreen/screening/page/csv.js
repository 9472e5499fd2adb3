// A CSV as people's sheets are written and read, on every page that saves one.
// What a spreadsheet program would take for a formula stands behind an apostrophe, as in scripts/evergreen/spreadsheets.py.
function isFormula(cell) {
  const formula = /^'*(?:[\t\r\n]|[\s\u200b\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])/;
  return formula.test(cell) && !/^'*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i.test(cell);
}
function unguarded(cell) {
  return cell.startsWith("'") && isFormula(cell.slice(1)) ? cell.slice(1) : cell;
}
function quoted(text) {
  const cell = isFormula(text) ? `'${text}` : text;
  return /[",;\t\r\n]/.test(cell) || cell !== cell.trim() ? `"${cell.replaceAll('"', '""')}"` : cell;
}
function csv(columns, rows) {
  const lines = rows.map((row) => columns.map((name) => quoted(row[name] ?? "")).join(","));
  return `\ufeff${[columns.map(quoted).join(","), ...lines].join("\r\n")}\r\n`;
}
function download(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
function cells(text) {
  const clean = text.replace(/^\ufeff/, "");
  const head = clean.slice(0, clean.search(/\r|\n|$/));
  const separator = [",", ";", "\t"].reduce((best, one) => (head.split(one).length > head.split(best).length ? one : best));
  const rows = [[]];
  let cell = "";
  let inside = false;
  for (let i = 0; i < clean.length; i += 1) {
    const sign = clean[i];
    if (inside) {
      if (sign === '"' && clean[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else if (sign === '"') inside = false;
      else cell += sign;
    } else if (sign === '"' && cell === "") inside = true;
    else if (sign === separator || sign === "\n") {
      rows.at(-1).push(cell.replace(/\r$/, ""));
      cell = "";
      if (sign === "\n") rows.push([]);
    } else cell += sign;
  }
  rows.at(-1).push(cell.replace(/\r$/, ""));
  return rows.filter((row) => row.some((one) => one.trim()));
}
// The rows below a header, by column; names as the product writes them.
function rowsOf(text) {
  const [head, ...rows] = cells(text);
  const names = head?.map((name) => name.trim().toLowerCase().replaceAll(/[\s-]+/g, "_")) ?? [];
  return { names, rows: rows.map((row) => Object.fromEntries(names.map((name, position) => [name, unguarded((row[position] ?? "").trim())]))) };
}
