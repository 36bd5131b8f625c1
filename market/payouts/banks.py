"""Banks that transfers within Vietnam reach, by their identification number (BIN) in the NAPAS network."""

from typing import Final

BANKS: Final = {
    "970425": "ABBANK",
    "970416": "ACB",
    "970405": "Agribank",
    "970409": "Bac A Bank",
    "970438": "BaoViet Bank",
    "970418": "BIDV",
    "970454": "BVBank",
    "970446": "Co-opBank",
    "970431": "Eximbank",
    "970437": "HDBank",
    "970434": "Indovina Bank",
    "970452": "KienlongBank",
    "970449": "LPBank",
    "970422": "MB Bank",
    "970426": "MSB",
    "970428": "Nam A Bank",
    "970419": "NCB",
    "970448": "OCB",
    "970430": "PGBank",
    "970412": "PVcomBank",
    "970403": "Sacombank",
    "970400": "Saigonbank",
    "970429": "SCB",
    "970440": "SeABank",
    "970443": "SHB",
    "970424": "Shinhan Bank",
    "970407": "Techcombank",
    "970423": "TPBank",
    "970458": "UOB",
    "970441": "VIB",
    "970427": "VietABank",
    "970433": "VietBank",
    "970436": "Vietcombank",
    "970415": "VietinBank",
    "970432": "VPBank",
    "970421": "VRB",
    "970457": "Woori Bank",
}


def bank_name(bank_bin: str) -> str:
    """The name of a bank, or its number where we do not know it any more."""
    return BANKS.get(bank_bin, bank_bin)
