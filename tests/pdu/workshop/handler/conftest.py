"""Each test loads handlers of its own by path."""

from tests.pdu.loading.page_handler import loaded_anew

__all__ = ["loaded_anew"]
