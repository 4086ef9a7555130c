// A labelled selector.

const STYLE = `
:host { display: block; }
label { display: grid; gap: 3px; padding: 4px 12px; font: 400 calc(clamp(14px, 0.45vw + 8px, 18px) * var(--phasescope-scale, 1)) system-ui, sans-serif; }
span { font-size: .85em; opacity: .75; }
select { font: inherit; font-weight: 500; color: inherit; width: 100%; height: 2.2em; padding: 0 8px; border-radius: 8px;
  background: transparent; border: 1px solid color-mix(in srgb, currentColor 26%, transparent); cursor: pointer; }
select:hover { border-color: color-mix(in srgb, currentColor 60%, transparent); }
select:focus-visible { outline: 2px solid #3a9bd9; outline-offset: 1px; }
option, optgroup { color: CanvasText; background: Canvas; }
.aside { display: flex; align-items: center; gap: 8px; padding: 2px 8px; white-space: nowrap; }
`

export function render({model, el}) {
  const style = document.createElement("style")
  style.textContent = STYLE
  const label = document.createElement("label")
  const caption = document.createElement("span")
  const select = document.createElement("select")
  label.append(caption, select)
  el.append(style, label)

  function update() {
    label.className = model.aside ? "aside" : ""
    caption.textContent = model.label
    select.setAttribute("aria-label", model.label)
    const groups = new Map()
    const options = model.options.map(([value, text, group]) => {
      const option = new Option(text, value, false, value === model.value)
      if (!group) { return option }
      const known = groups.get(group)
      const heading = known ?? Object.assign(document.createElement("optgroup"), {label: group})
      groups.set(group, heading)
      heading.append(option)
      return known ? null : heading
    })
    select.replaceChildren(...options.filter((node) => node !== null))
    select.value = model.value
  }
  select.onchange = () => model.send_msg(select.value)
  model.on(["label", "options", "value", "aside"], update)
  update()
}
