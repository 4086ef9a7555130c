// A model's parameters, each with its tools; of many those that are sought or pinned.

export function render({model, el}) {
  const list = make("div", {className: "list"})
  const find = make("input", {type: "search", className: "find", placeholder: "Find a parameter"}, "Find a parameter")
  const none = make("div", {className: "none", textContent: "No parameter matches"})
  none.setAttribute("role", "status")
  el.append(make("style", {textContent: ROW_STYLE + TOOL_STYLE}), list)
  const rows = new Map()
  const tell = (news) => model.send_msg(news)
  const send = sender(model)

  function build() {
    const fields = model.fields
    const known = fields.length === rows.size && fields.every(({name}) => rows.has(name))
    if (!known) {
      rows.clear()
      find.value = ""
      for (const field of fields) {
        const row = makeRow(field, send)
        rows.set(field.name, {row, tools: equip(row, field, tell), text: `${field.name} ${field.label}`.toLowerCase()})
      }
    }
    for (const field of fields) {
      const {row, tools} = rows.get(field.name)
      row.configure(field)
      tools.configure(field)
    }
    const order = fields.map(({name}) => rows.get(name).row.element)
    const wanted = [...(model.sought ? [find, none] : []), ...order]
    if (wanted.length !== list.childElementCount || wanted.some((element, place) => list.children[place] !== element)) {
      const focused = el.getRootNode().activeElement
      list.replaceChildren(...wanted)
      if (focused && list.contains(focused)) { focused.focus() }
    }
    update()
    filter()
  }

  function update() {
    for (const [name, {row}] of rows) {
      if (name in model.values) { row.show(model.values[name]) }
      row.complain(model.messages[name] ?? "")
    }
  }

  function filter() {
    const words = find.value.trim().toLowerCase().split(/\s+/).filter(Boolean)
    let shown = 0
    for (const {row, text} of rows.values()) {
      const fits = words.every((word) => text.includes(word))
      row.element.style.display = fits ? "" : "none"
      shown += fits
    }
    none.style.display = shown ? "none" : ""
  }

  find.addEventListener("input", filter)
  find.addEventListener("keydown", (event) => { if (event.key === "Escape") { find.value = ""; filter() } })
  model.on("found", () => { find.value = ""; filter() })
  model.on(["fields", "sought"], build)
  model.on(["values", "messages"], update)
  build()
  accented(model, el, list)
}
