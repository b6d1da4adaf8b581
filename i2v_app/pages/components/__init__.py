"""For development only: every part of the page in every state it can be in, with fixed data. `I2V_COMPONENT_GALLERY=1` builds it in."""
