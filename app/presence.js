// A page that is closed, left or loaded anew says goodbye, so that nothing is computed for nobody.

export function render({model}) {
  const leave = () => model.send_msg("goodbye")
  window.addEventListener("pagehide", leave)
  model.on("remove", () => window.removeEventListener("pagehide", leave))
}
