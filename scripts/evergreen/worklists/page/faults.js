// What cannot be: the bounds of columns and the rules of rows that sheets are checked by, as the data of the page have them.
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
function computed(tree, row) {
  if (typeof tree === "string") return row[tree];
  if (typeof tree === "number") return tree;
  const [operation, ...branches] = tree;
  const [a, b] = branches.map((branch) => computed(branch, row));
  switch (operation) {
    case "<=": return a <= b;
    case ">=": return a >= b;
    case "=": return a === b;
    case "!=": return a !== b;
    case "or": return a || b;
    case "-": return a - b;
    case "*": return a * b;
    case "abs": return Math.abs(a);
    case "max": return Math.max(a, b);
    case "whole": return Number.isInteger(a);
    default: throw new Error(operation);
  }
}
const general = (value) => String(Number(value.toPrecision(6)));
function faultsOf(row) {
  const found = [];
  const given = {};
  for (const column of data.columns) {
    const text = (row.cells[column.name] ?? "").trim();
    const say = (problem) => found.push([column.name, problem]);
    if (column.must_be_filled && !text) say(`${column.name} is empty`);
    if (!text) continue;
    const allowed = row.allowed?.[column.name] ?? column.choices;
    if (allowed?.length) {
      if (!allowed.map(folded).includes(folded(text))) say(`${text} is not allowed: ${allowed.join(", ")}`);
    } else if (column.kind === "p_value") {
      const value = folded(text).replace(/^p(?:[ -]?value)?\s*/, "").replace(/^(<=|>=|[<>=≤≥])\s*/, "");
      if (!silent(text) && !(NUMBER.test(value) && Number(value) >= 0 && Number(value) <= 1)) say(`${text} is no p value: 0.03, or a bound such as <0.001`);
    } else if (numbers.includes(column) && !silent(text)) {
      if (!NUMBER.test(text)) {
        say(/^[+-]?\d+,\d+$/.test(text) ? `write ${text.replace(",", ".")}, with a point` : `${text} is not a number`);
        continue;
      }
      const value = Number(text);
      given[column.name] = value;
      if (column.minimum !== null && value < column.minimum) say(`${column.name} is below ${column.minimum}`);
      else if (column.maximum !== null && value > column.maximum) say(`${column.name} is above ${column.maximum}`);
      else if (column.kind === "integer" && !Number.isInteger(value)) say(`${column.name} is no whole number`);
    }
  }
  for (const rule of data.rules) {
    if (!rule.needs.every((name) => name in given) || rule.unless.some((name) => name in given)) continue;
    if (!computed(rule.tree, given)) found.push([rule.column, rule.problem.replaceAll(/\{(\w+):g\}/g, (_, name) => general(given[name]))]);
  }
  return found;
}
function problemsOf(list) {
  const found = list.filter((row) => !row.removed).flatMap((row) => faultsOf(row).map(([name, problem]) => ({ row, name, problem })));
  const first = new Map();
  for (const row of list) {
    if (row.removed || !says(row)) continue;
    const other = first.get(keyOf(row.cells));
    if (other && data.key_columns.length) found.push({ row, name: data.key_columns.at(-1), problem: "this row is there twice" });
    else first.set(keyOf(row.cells), row);
  }
  return found;
}
