"""The interface pdumodel.TypeBResidualCurrentNumericSensor."""
from __future__ import annotations

from .. import sensors
from ..idl import declared, method


class TypeBResidualCurrentNumericSensor(sensors.NumericSensor):
    """Residual current including its DC part; it can be demagnetised."""

    idlType = "pdumodel.TypeBResidualCurrentNumericSensor:1.0.8"

    @method()
    def degauss(self) -> None: declared()
