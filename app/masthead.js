// The logo, the application's name and the model's.

const STYLE = `
:host { display: block; min-width: 0; }
.title { display: flex; align-items: center; gap: 10px; min-width: 0; white-space: nowrap; }
.logo { flex: none; width: 2.1rem; height: 2.1rem; }
.logo svg { display: block; width: 100%; height: 100%; }
h1 { font: 600 1.2rem system-ui, sans-serif; margin: 0; overflow: hidden; text-overflow: ellipsis; }
small { font: 400 1rem system-ui, sans-serif; margin-left: .6em; }
small::before { content: "· "; }
small:empty::before { content: ""; }
@media (max-width: 900px) { small { display: none; } }
@media (max-width: 480px) { .word { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } }
`

export function render({model, el}) {
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties)
  const picture = make("div", {className: "logo", innerHTML: model.logo})
  picture.setAttribute("aria-hidden", "true")
  const name = make("small")
  const heading = make("h1")
  heading.append(make("span", {className: "word", textContent: "phasescope"}), name)
  const title = make("div", {className: "title"})
  title.append(picture, heading)
  el.append(make("style", {textContent: STYLE}), title)

  function update() {
    name.textContent = model.model_name
    document.title = model.model_name ? `${model.model_name} · phasescope` : "phasescope"
  }
  model.on("model_name", update)
  update()
}
