"""The National Grid: eastings and northings (OSGB36) as latitude and longitude (WGS84), within some 5 m.

Formulas and figures: Ordnance Survey, "A guide to coordinate systems in Great Britain", section 6.6 and
annexes A to C.
"""

import math

_AIRY_1830 = (6_377_563.396, 6_356_256.909)  # m, semi-major and semi-minor axis
_WGS84 = (6_378_137.000, 6_356_752.3142)
_SCALE = 0.9996012717
_ORIGIN = (math.radians(49.0), math.radians(-2.0))
_FALSE_ORIGIN = (400_000.0, -100_000.0)  # m, easting and northing
_SHIFT = (446.448, -125.157, 542.060)  # m, from OSGB36 to WGS84
_STRETCH = -20.4894e-6
_TURN = tuple(math.radians(seconds / 3600.0) for seconds in (0.1502, 0.2470, 0.8421))


def degrees_of(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude, degrees, of a point of the grid, m."""
    latitude, longitude = _on_wgs84(*unprojected(easting, northing))
    return math.degrees(latitude), math.degrees(longitude)


def unprojected(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude on Airy's ellipsoid, radians (annex C, with its names of the terms)."""
    a, e2 = _AIRY_1830[0], _eccentricity2(*_AIRY_1830)
    phi = _foot(northing)
    sine2, tan = math.sin(phi) ** 2, math.tan(phi)
    nu = a * _SCALE / math.sqrt(1 - e2 * sine2)
    rho = a * _SCALE * (1 - e2) * (1 - e2 * sine2) ** -1.5
    eta2 = nu / rho - 1
    vii = tan / (2 * rho * nu)
    viii = tan / (24 * rho * nu**3) * (5 + 3 * tan**2 + eta2 - 9 * tan**2 * eta2)
    ix = tan / (720 * rho * nu**5) * (61 + 90 * tan**2 + 45 * tan**4)
    x = 1 / (math.cos(phi) * nu)
    xi = x / (6 * nu**2) * (nu / rho + 2 * tan**2)
    xii = x / (120 * nu**4) * (5 + 28 * tan**2 + 24 * tan**4)
    xiia = x / (5040 * nu**6) * (61 + 662 * tan**2 + 1320 * tan**4 + 720 * tan**6)
    d = easting - _FALSE_ORIGIN[0]
    latitude = phi - vii * d**2 + viii * d**4 - ix * d**6
    return latitude, _ORIGIN[1] + x * d - xi * d**3 + xii * d**5 - xiia * d**7


def _foot(northing: float) -> float:
    """The latitude at which the central meridian has this northing."""
    distance = northing - _FALSE_ORIGIN[1]
    phi = _ORIGIN[0]
    while abs(left := distance - _meridian(phi)) >= 1e-5:  # m
        phi += left / (_AIRY_1830[0] * _SCALE)
    return phi


def _meridian(phi: float) -> float:
    """Distance along the central meridian from the origin's latitude, m."""
    a, b = _AIRY_1830
    n = (a - b) / (a + b)
    less, more = phi - _ORIGIN[0], phi + _ORIGIN[0]
    return b * _SCALE * (
        (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * less
        - (3 * n + 3 * n**2 + 21 / 8 * n**3) * math.sin(less) * math.cos(more)
        + 15 / 8 * (n**2 + n**3) * math.sin(2 * less) * math.cos(2 * more)
        - 35 / 24 * n**3 * math.sin(3 * less) * math.cos(3 * more)
    )  # fmt: skip


def _on_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """A point of Airy's ellipsoid on that of WGS84, radians (annex B and section 6.6: Helmert)."""
    e2 = _eccentricity2(*_AIRY_1830)
    nu = _AIRY_1830[0] / math.sqrt(1 - e2 * math.sin(latitude) ** 2)
    x = nu * math.cos(latitude) * math.cos(longitude)
    y = nu * math.cos(latitude) * math.sin(longitude)
    z = (1 - e2) * nu * math.sin(latitude)
    (tx, ty, tz), (rx, ry, rz), s = _SHIFT, _TURN, 1 + _STRETCH
    return _at(tx + s * x - rz * y + ry * z, ty + rz * x + s * y - rx * z, tz - ry * x + rx * y + s * z)


def _at(x: float, y: float, z: float) -> tuple[float, float]:
    """Latitude and longitude on WGS84, radians, of a point in space, m."""
    a, e2 = _WGS84[0], _eccentricity2(*_WGS84)
    across = math.hypot(x, y)
    latitude = math.atan2(z, across * (1 - e2))
    for _ in range(5):  # each adds three digits
        nu = a / math.sqrt(1 - e2 * math.sin(latitude) ** 2)
        latitude = math.atan2(z + e2 * nu * math.sin(latitude), across)
    return latitude, math.atan2(y, x)


def _eccentricity2(a: float, b: float) -> float:
    return 1 - (b / a) ** 2
