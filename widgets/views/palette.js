// Colours of the plots, light and dark; see tests/widgets/test_palette.py for what they promise.

// After Okabe & Ito, Color Universal Design (2008), moved on until any two are as far apart as can
// be for protanopes, deuteranopes and tritanopes, and stand out from their ground.
const LIGHT = {
  series: ["#4672b4", "#bd4a00", "#009e63", "#a12e85", "#c98300", "#0399d6", "#6e6d73"],
  grid: "rgba(20, 30, 45, 0.09)", axis: "rgba(20, 30, 45, 0.72)", faint: "rgba(20, 30, 45, 0.34)",
  trail: "#3566b0", marker: "#d55e00", halo: "#ffffff", ground: "#ffffff",
}
const DARK = {
  series: ["#46a3e4", "#e7940f", "#4de1b7", "#ca78aa", "#ecf03a", "#fb7d4c", "#bfbccc"],
  grid: "rgba(220, 232, 245, 0.09)", axis: "rgba(220, 232, 245, 0.78)", faint: "rgba(220, 232, 245, 0.38)",
  trail: "#46a3e4", marker: "#f0a830", halo: "#0b1118", ground: "#0b1118",
}

// A place in the palette, or "axis", "faint", "trail", "marker".
function inkOf(color, colours) {
  return typeof color === "string" ? colours[color] ?? colours.axis : colours.series[(color ?? 0) % colours.series.length]
}

// Red, green and blue of "#rrggbb" or "rgba(…)", 0 … 255.
function channelsOf(colour) {
  if (colour.startsWith("#")) { return [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16)) }
  return colour.match(/[\d.]+/g).slice(0, 3).map(Number)
}

// Viridis by Smith, van der Walt & Firing (2015, CC0): perceptually uniform, legible to the
// colour-blind and in grey.  33 of its 256 colours; in between, interpolated to within 2 of 255.
const VIRIDIS = "440154 460C5F 47186A 482273 472C7B 453681 424085 3E4989 3A528B 365A8C 32628D "
  + "2F6A8D 2C728E 287A8E 26818E 23898D 20908C 1E978A 1E9E88 21A685 27AD80 30B47A "
  + "3DBB74 4BC26C 5BC862 6DCE58 81D34C 95D73F AADB32 BFDF24 D4E11A E9E419 FDE724"

// 256 colours as 32-bit pixels, for images.
let viridis = null
function colourMap() {
  if (viridis === null) {
    const stops = VIRIDIS.split(" ").map((hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)))
    viridis = new Uint32Array(256)
    for (let i = 0; i < 256; i++) {
      const at = i / 255 * (stops.length - 1)
      const low = Math.min(Math.floor(at), stops.length - 2)
      const [r, g, b] = stops[low].map((channel, k) => Math.round(channel + (at - low) * (stops[low + 1][k] - channel)))
      viridis[i] = (255 << 24 | b << 16 | g << 8 | r) >>> 0
    }
  }
  return viridis
}
