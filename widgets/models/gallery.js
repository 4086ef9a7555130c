// The bundled models as cards: found by words, kind or tag, opened by a click or Enter.

const STYLE = `
:host { display: block; width: 100%; height: 100%; }
.gallery { height: 100%; overflow-y: auto; padding: 4px 14px 24px; box-sizing: border-box;
  font: 400 calc(clamp(14px, 0.45vw + 8px, 18px) * var(--phasescope-scale, 1)) system-ui, sans-serif; }
.head { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px;
  padding: 8px 0 12px; background: var(--mui-palette-background-default, var(--ground, Canvas)); }
h2 { font-size: 1.25em; margin: 0 auto 0 0; }
input, select { font: inherit; color: inherit; height: 2.2em; padding: 0 10px; border-radius: 8px; background: transparent;
  border: 1px solid color-mix(in srgb, currentColor 26%, transparent); box-sizing: border-box; }
input { width: min(260px, 100%); }
option { color: CanvasText; background: Canvas; }
.count { opacity: .75; font-variant-numeric: tabular-nums; min-width: 6.5em; }
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 14px;
  grid-template-columns: repeat(auto-fill, minmax(min(170px, 100%), 1fr)); }
a { display: flex; flex-direction: column; height: 100%; box-sizing: border-box; color: inherit; text-decoration: none;
  border-radius: 10px; overflow: hidden; border: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
a:hover { border-color: #3a9bd9; background: color-mix(in srgb, currentColor 5%, transparent); }
a:focus-visible, input:focus-visible, select:focus-visible { outline: 2px solid #3a9bd9; outline-offset: 1px; }
.picture { aspect-ratio: 5 / 3; color: #2f8fce; background: color-mix(in srgb, currentColor 5%, transparent); }
.flow .picture { color: #2f8fce; }
.map .picture { color: #d98a00; }
.picture svg { display: block; width: 100%; height: 100%; }
.words { padding: 8px 10px 10px; display: grid; gap: 3px; }
.name { font-weight: 600; }
.facts, .tags { font-size: .86em; opacity: .78; }
.none { padding: 24px 0; }
`

const element = (tag, properties = {}, children = []) => {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

export function render({model, el}) {
  const style = element("style", {textContent: STYLE})
  const search = element("input", {type: "search", placeholder: "Find a model"})
  search.setAttribute("aria-label", "Find a model")
  const kind = element("select", {}, [new Option("flows and maps", ""), new Option("flows", "flow"), new Option("maps", "map")])
  kind.setAttribute("aria-label", "Kind of model")
  const tag = element("select")
  tag.setAttribute("aria-label", "Tag")
  const count = element("span", {className: "count"})
  count.setAttribute("role", "note")
  count.setAttribute("aria-live", "polite")
  const list = element("ul")
  list.setAttribute("role", "list")
  list.setAttribute("aria-label", "Models")
  const head = element("div", {className: "head"}, [element("h2", {textContent: "Models"}), count, search, kind, tag])
  const none = element("p", {className: "none", textContent: "No model matches; try fewer words.", hidden: true})
  const box = element("div", {className: "gallery"}, [head, list, none])
  el.append(style, box)
  let items = []

  function card(entry) {
    const picture = element("div", {className: "picture", innerHTML: entry.picture})
    picture.setAttribute("aria-hidden", "true")
    const states = entry.dimension === 1 ? "1 state" : `${entry.dimension} states`
    const link = element("a", {href: `?model=${encodeURIComponent(entry.name)}`, className: entry.kind,
      title: `${entry.text}\n\n${entry.reference}`}, [
      picture,
      element("div", {className: "words"}, [
        element("span", {className: "name", textContent: entry.title}),
        element("span", {className: "facts", textContent: `${entry.kind} · ${states}`}),
        element("span", {className: "tags", textContent: entry.tags.join(", ")}),
      ]),
    ])
    link.setAttribute("aria-label", `${entry.title}, ${entry.kind}, ${states}`)
    link.onclick = (event) => {
      // With a modifier key the browser opens the address itself, in another tab.
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) { return }
      event.preventDefault()
      model.send_msg(entry.name)
    }
    const text = [entry.name, entry.title, entry.kind, ...entry.tags, entry.text, entry.reference].join(" ").toLowerCase()
    return {entry, text, node: element("li", {}, [link])}
  }

  function build() {
    items = model.cards.map(card)
    list.replaceChildren(...items.map((item) => item.node))
    const tags = [...new Set(model.cards.flatMap((entry) => entry.tags))].sort()
    tag.replaceChildren(new Option("any tag", ""), ...tags.map((name) => new Option(name, name)))
    filter()
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    let shown = 0
    for (const {entry, text, node} of items) {
      const fits = words.every((word) => text.includes(word)) && (kind.value === "" || entry.kind === kind.value)
        && (tag.value === "" || entry.tags.includes(tag.value))
      node.hidden = !fits
      shown += fits
    }
    count.textContent = `${shown} of ${items.length}`
    none.hidden = shown > 0
  }

  search.oninput = filter
  kind.onchange = filter
  tag.onchange = filter
  model.on("cards", build)
  build()
}
