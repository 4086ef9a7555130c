"""Colours and type of the page, light and dark."""

import pathlib
from typing import Any

LARGE = 1.4
"""How much larger large type is."""

FOCUS = {"outline": "2px solid #3a9bd9", "outlineOffset": "-2px"}
"""Where the keyboard is."""

STILL = {"@media (prefers-reduced-motion: reduce)": {"transition": "none !important"}}
"""For whom motion is a nuisance, nothing slides or fades."""

MOVING = ("ButtonBase", "Paper", "Collapse", "SvgIcon", "AccordionSummary", "OutlinedInput")
"""Parts of Material UI that slide or fade where they are not told otherwise."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"


def theme_config() -> dict[str, Any]:
    """Return the settings of Material UI for both modes; the accents are Okabe and Ito's."""
    return {
        "light": _mode(
            primary="#00609a",
            contrast="#ffffff",
            ground="#ffffff",
            panel="#f5f7f9",
            ink="#14202c",
            faint="#4a5866",
            line="rgba(20, 32, 44, 0.14)",
        ),
        "dark": _mode(
            primary="#56b4e9",
            contrast="#06121b",
            ground="#0b1118",
            panel="#101822",
            ink="#e6edf4",
            faint="#a7b4c1",
            line="rgba(220, 232, 245, 0.14)",
        ),
    }


def page_style() -> dict[str, Any]:
    """Return the style of the page's parts: on a narrow page the sidebar lies over the rest."""
    return {
        # One that is closed stays away when its width changes.
        "& > nav .MuiDrawer-paper[style*='visibility: hidden']": {"display": "none"},
        "@media (max-width: 699px)": {
            "& > nav": {"width": "0 !important"},
            "& > nav .MuiDrawer-paper": {"position": "fixed", "maxWidth": "100vw"},
            "& > main": {"marginLeft": "0 !important"},
        },
    }


def template() -> str:
    """Return the page's frame: what holds before anything is drawn."""
    text = (pathlib.Path(__file__).parent / "page.html").read_text("utf-8")
    return text.replace("{{ large }}", f"{LARGE:g}")


def _still(components: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of components with those that let nothing slide or fade."""
    still = {f"Mui{part}": {"styleOverrides": {"root": dict(STILL)}} for part in MOVING}
    for name, settings in components.items():
        styles = settings.get("styleOverrides", {})
        root = still.get(name, {}).get("styleOverrides", {}).get("root", {}) | styles.get(
            "root", {}
        )
        still[name] = settings | {"styleOverrides": styles | {"root": root}}
    return still


def _mode(
    *, primary: str, contrast: str, ground: str, panel: str, ink: str, faint: str, line: str
) -> dict[str, Any]:
    bar = {"backgroundColor": panel, "color": ink, "backgroundImage": "none", "boxShadow": "none"}
    rule = f"1px solid {line}"
    return {
        "typography": {"fontFamily": FONT, "button": {"textTransform": "none", "fontWeight": 600}},
        "shape": {"borderRadius": 8},
        "palette": {
            "primary": {"main": primary, "contrastText": contrast},
            "background": {"default": ground, "paper": ground},
            "text": {"primary": ink, "secondary": faint},
            "divider": line,
        },
        "components": _still(
            {
                "MuiAppBar": {
                    "styleOverrides": {
                        "root": {
                            **bar,
                            "borderBottom": rule,
                            # The page draws it even where it was told to have none.
                            "& .MuiLinearProgress-root": {"display": "none"},
                        }
                    }
                },
                # The page keeps room for its head with headings that say nothing.
                "MuiToolbar": {
                    "styleOverrides": {
                        "root": {"minHeight": "3.25rem !important", "& > h5": {"display": "none"}}
                    }
                },
                "MuiDrawer": {"styleOverrides": {"paper": {"backgroundColor": panel}}},
                "MuiAccordion": {
                    "defaultProps": {
                        "slotProps": {"heading": {"component": "h2"}, "region": {"role": "group"}}
                    },
                    "styleOverrides": {
                        "root": {"backgroundColor": "transparent", "borderTop": rule}
                    },
                },
                "MuiAccordionSummary": {"styleOverrides": {"root": {"minHeight": "2.5rem"}}},
                "MuiButtonBase": {"styleOverrides": {"root": {"&:focus-visible": FOCUS}}},
                # Inside an accordion's heading no second one.
                "MuiTypography": {"defaultProps": {"variantMapping": {"subtitle2": "span"}}},
            }
        ),
    }
