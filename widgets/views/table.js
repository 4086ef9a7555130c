// Numbers and words in rows, as a table that can be read aloud and copied.

function makeTable() {
  const table = document.createElement("table")
  const body = document.createElement("tbody")
  table.append(body)

  // Only what has changed is touched, so that a selection survives.
  function show(rows, label) {
    if (table.getAttribute("aria-label") !== label) { table.setAttribute("aria-label", label) }
    while (body.rows.length > rows.length) { body.deleteRow(-1) }
    rows.forEach(([name, text], k) => {
      const row = body.rows[k] ?? body.insertRow()
      if (!row.cells.length) {
        const head = document.createElement("th")
        head.scope = "row"
        row.append(head, document.createElement("td"))
      }
      if (row.cells[0].textContent !== name) { row.cells[0].textContent = name }
      if (row.cells[1].textContent !== String(text)) { row.cells[1].textContent = text }
    })
  }

  return {element: table, show}
}
