"""Which model makes the videos here."""

from __future__ import annotations

from graphql_api.context import Services
from i2v_core.errors import StoreUnavailable


async def model_name(services: Services) -> str:
    """What the model says its name is; what it was chosen by (`I2V_MODEL`) while no worker is there to say."""
    try:
        line = await services.hub.line()
    except StoreUnavailable:
        return services.settings.model
    return line.model_name or services.settings.model
