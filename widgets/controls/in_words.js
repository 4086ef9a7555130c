// What can be seen on the page, in sentences.

function inWords() {
  const parts = [...inSight("[role=status]")].map((status) => ["The run", [status.textContent]])
  for (const picture of inSight("canvas[role=img]")) {
    const root = picture.getRootNode()
    const described = picture.getAttribute("aria-describedby")
    const value = picture.closest("section")?.querySelector(".words")?.textContent
    const sentences = [value, described && root.getElementById(described)?.textContent].filter(Boolean)
    parts.push([picture.getAttribute("aria-label"), sentences])
  }
  for (const table of inSight("table[aria-label]")) {
    const rows = [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent).join(": "))
    parts.push([table.getAttribute("aria-label"), rows])
  }
  return parts.flatMap(([heading, sentences]) => [
    make("h3", {textContent: heading}), ...sentences.map((textContent) => make("p", {textContent})),
  ])
}
