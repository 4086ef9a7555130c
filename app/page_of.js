// What the page's components have in common; joined with each of them to one module.

// The settings of the page that this stands on; those of its own where there is none.
function pageOf(view) {
  for (let above = view.parent; above; above = above.parent) {
    if (above.model.class_name === "Page") { return above.model.data }
  }
  return {}
}

// A page may be forbidden to remember.
function recall(name) {
  try { return localStorage.getItem(name) } catch { return null }
}

function keep(name, value) {
  try { localStorage.setItem(name, value) } catch { /* it holds until the page is closed */ }
}
