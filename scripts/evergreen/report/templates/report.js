
(() => {
  "use strict";
  const make = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const MANY = 8; // rows from which a filter is of use
  const words = (row, column) => (row.cells[column] ? row.cells[column].dataset.said ?? row.cells[column].textContent : "").trim();
  const value = text => {
    const found = text.replace(/[,\s]/g, "").replace(/\u2212/g, "-").match(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/i);
    return found ? Number(found[0]) : NaN;
  };
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const compare = (a, b, asNumber) => {
    if (!a || !b) return Number(!a) - Number(!b); // what is empty stands last, whatever the direction
    if (!asNumber) return order.compare(a, b);
    const [x, y] = [value(a), value(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || order.compare(a, b) : x - y;
  };

  const sortable = (table, rows) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const asNumber = head.classList.contains("number");
      const button = make("button", { type: "button" }, head.textContent);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        const next = now === "ascending" ? "descending" : now === "descending" ? null : "ascending";
        heads.forEach(other => other.removeAttribute("aria-sort"));
        const sign = next === "descending" ? -1 : 1;
        const keys = next && new Map(rows.map(row => [row, words(row, column)]));
        const sorted = next ? [...rows].sort((a, b) => {
          const [x, y] = [keys.get(a), keys.get(b)];
          return (x && y ? sign : 1) * compare(x, y, asNumber);
        }) : rows;
        table.tBodies[0].append(...sorted);
        if (next) head.setAttribute("aria-sort", next);
      });
      head.replaceChildren(button);
    });
  };

  const filterable = (box, name, rows) => {
    const field = make("input", { type: "search", autocomplete: "off" });
    const count = make("span", {});
    count.setAttribute("role", "status");
    const said = rows.map(row => row.textContent.toLowerCase());
    field.addEventListener("input", () => {
      const asked = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, index) => {
        row.hidden = !asked.every(word => said[index].includes(word));
        shown += Number(!row.hidden);
      });
      count.textContent = asked.length ? `${shown} of ${rows.length} rows` : "";
    });
    field.setAttribute("aria-label", `Rows that hold these words: ${name}`);
    box.prepend(make("div", { className: "tools" }, make("span", {}, "Filter"), field, count));
  };

  const linked = rows => {
    for (const row of rows) {
      const cell = row.cells[0];
      if (!row.id || !cell) continue;
      cell.dataset.said = cell.textContent;
      const link = make("a", { className: "here", href: `#${row.id}` }, "\u00b6");
      link.setAttribute("aria-label", `Link to this row: ${cell.dataset.said || row.id}`);
      cell.append(link);
    }
  };

  const equip = box => {
    const table = box.querySelector("table");
    const rows = [...table.tBodies[0].rows];
    if (rows.length > 1) sortable(table, rows);
    if (rows.length >= MANY) filterable(box, table.caption.textContent, rows);
    linked(rows);
  };
  // A table is equipped when it comes near the screen: a page has hundreds, most of which stay closed.
  const near = new IntersectionObserver(seen => {
    for (const one of seen.filter(entry => entry.isIntersecting)) {
      near.unobserve(one.target);
      equip(one.target);
    }
  }, { rootMargin: "600px" });
  document.querySelectorAll(".table").forEach(box => near.observe(box));

  const opened = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let up = target && target.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", opened);
  if (location.hash) opened();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach(one => { one.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach(one => { one.open = false; }));
})();
