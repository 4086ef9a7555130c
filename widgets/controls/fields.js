// Named numbers, one under the other.

export function render({model, el}) {
  const list = make("div", {className: "list"})
  el.append(make("style", {textContent: ROW_STYLE}), list)
  const rows = new Map()
  const send = sender(model)

  function build() {
    rows.clear()
    list.replaceChildren(...model.fields.map((field) => {
      const row = makeRow(field, send)
      rows.set(field.name, row)
      return row.element
    }))
    update()
  }

  function update() {
    for (const [name, row] of rows) {
      if (name in model.values) { row.show(model.values[name]) }
      row.complain(model.messages[name] ?? "")
    }
  }

  model.on("fields", build)
  model.on(["values", "messages"], update)
  build()
  accented(model, el, list)
}
