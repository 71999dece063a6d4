// Tables of the class "sortable" get a button in the heading of each column of figures or names.
// Rows with the same figure share a rank, as in the table that came with the page.
const collator = new Intl.Collator(document.documentElement.lang);

const key = (row, column) => {
  const cell = row.cells[column];
  const figure = cell.dataset.value;
  if (figure === undefined) return cell.textContent.trim();
  return figure === "" ? null : Number(figure);
};

const compare = (a, b) => (typeof a === "string" ? collator.compare(a, b) : a - b);

function sort(table, column, descending) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, value: key(row, column) }));
  // What has no figure comes last, whichever way; the sort is stable.
  rows.sort((a, b) => {
    if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
    return descending ? compare(b.value, a.value) : compare(a.value, b.value);
  });
  body.append(...rows.map((each) => each.row));
  const tied = typeof rows[0].value === "string" ? false : rank(table, rows);
  for (const [index, cell] of [...table.tHead.rows[0].cells].entries()) {
    if (index === column) cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
  }
  return tied;
}

function rank(table, rows) {
  const position = [...table.tHead.rows[0].cells].findIndex((cell) => cell.classList.contains("rank"));
  let tied = false;
  rows.forEach(({ row, value }, index) => {
    const same = (other) => other !== undefined && other.value === value;
    if (index === 0 || !same(rows[index - 1])) row.dataset.rank = String(index + 1);
    else row.dataset.rank = rows[index - 1].row.dataset.rank;
    const shared = same(rows[index - 1]) || same(rows[index + 1]);
    tied ||= shared && value !== null;
    if (position >= 0) row.cells[position].textContent = value === null ? "–" : row.dataset.rank + (shared ? "=" : "");
  });
  return tied;
}

for (const table of document.querySelectorAll("table.sortable")) {
  const status = document.querySelector("[data-sort-status]");
  [...table.tHead.rows[0].cells].forEach((cell, column) => {
    const first = table.tBodies[0].rows[0];
    const isRank = cell.classList.contains("rank");
    if (!first || isRank || !(first.cells[column].dataset.value !== undefined || first.cells[column].tagName === "TH")) return;
    const name = cell.textContent.trim();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "sort";
    button.textContent = name;
    button.title = `${table.dataset.sort} ${name}`;
    cell.replaceChildren(button);
    button.addEventListener("click", () => {
      const isText = first.cells[column].tagName === "TH";
      const before = cell.getAttribute("aria-sort");
      const descending = before === null ? !isText : before === "ascending";
      const tied = sort(table, column, descending);
      status.textContent = `${table.dataset.sorted} ${name} ${descending ? "↓" : "↑"}. ${tied ? table.dataset.ties : ""}`;
    });
  });
}
