"""Colours and type of the page, light and dark."""

from typing import Any

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
        "components": {
            "MuiAppBar": {
                "styleOverrides": {
                    "root": {
                        **bar,
                        "borderBottom": rule,
                        "& h3": {"color": ink},
                    }
                }
            },
            "MuiToolbar": {"styleOverrides": {"root": {"minHeight": "48px !important"}}},
            "MuiDrawer": {"styleOverrides": {"paper": {"backgroundColor": panel}}},
            "MuiAccordion": {
                "styleOverrides": {"root": {"backgroundColor": "transparent", "borderTop": rule}}
            },
            "MuiAccordionSummary": {"styleOverrides": {"root": {"minHeight": "40px"}}},
        },
    }
