"""The standard vocabularies of CBV 2.0 (section 7) and their three spellings.

JSON documents use bare words (``shipping``), the hash and linked data use Web URIs
(``https://ref.gs1.org/cbv/BizStep-shipping``), older XML documents use URNs (``urn:epcglobal:cbv:bizstep:shipping``).
"""

from dataclasses import dataclass
from typing import Final

from traceability.gs1.errors import N_

CBV: Final = "https://ref.gs1.org/cbv/"
WEB_VOCABULARY: Final = "https://gs1.org/voc/"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One list of standard words with the beginnings of its two kinds of URIs."""

    name: str
    uri_prefix: str
    urn_prefix: str | None
    words: frozenset[str]

    def uri(self, word: str) -> str:
        """The Web URI of a bare word or URN of this list; anything else is returned as it is."""
        if word in self.words:
            return self.uri_prefix + word
        if self.urn_prefix is not None and word.startswith(self.urn_prefix):
            return self.uri_prefix + word[len(self.urn_prefix) :]
        return word

    def bare(self, uri: str) -> str:
        """The bare word for a Web URI or URN of this list; anything else is returned as it is."""
        for prefix in (self.uri_prefix, self.urn_prefix):
            if prefix is not None and uri.startswith(prefix) and uri[len(prefix) :] in self.words:
                return uri[len(prefix) :]
        return uri


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BUSINESS_STEPS: Final = Vocabulary(
    "bizStep",
    CBV + "BizStep-",
    "urn:epcglobal:cbv:bizstep:",
    _words(
        "accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting"
        " decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting"
        " installing killing loading other packing picking receiving removing repackaging repairing replacing"
        " reserving retail_selling sampling sensor_reporting shipping staging_outbound stock_taking stocking storing"
        " transporting unloading unpacking void_shipping"
    ),
)
DISPOSITIONS: Final = Vocabulary(
    "disposition",
    CBV + "Disp-",
    "urn:epcglobal:cbv:disp:",
    _words(
        "active available completeness_inferred completeness_verified conformant container_closed container_open"
        " damaged destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class"
        " mismatch_instance mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other"
        " partially_dispensed recalled reserved retail_sold returned sellable_accessible sellable_not_accessible"
        " stolen unavailable unknown"
    ),
)
BUSINESS_TRANSACTION_TYPES: Final = Vocabulary(
    "bizTransactionType",
    CBV + "BTT-",
    "urn:epcglobal:cbv:btt:",
    _words("bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"),
)
SOURCE_DESTINATION_TYPES: Final = Vocabulary(
    "sourceOrDestinationType",
    CBV + "SDT-",
    "urn:epcglobal:cbv:sdt:",
    _words("location owning_party possessing_party"),
)
ERROR_REASONS: Final = Vocabulary(
    "errorReason", CBV + "ER-", "urn:epcglobal:cbv:er:", _words("did_not_occur incorrect_data")
)
COMPONENTS: Final = Vocabulary(
    "component",
    CBV + "Comp-",
    None,
    _words(
        "altitude axial_distance azimuth easting elevation_angle height latitude longitude northing polar_angle"
        " spherical_radius x y z"
    ),
)
SENSOR_ALERTS: Final = Vocabulary("exception", WEB_VOCABULARY, None, _words("ALARM_CONDITION ERROR_CONDITION"))
MEASUREMENT_TYPES: Final = Vocabulary(
    "measurementType",
    WEB_VOCABULARY,
    None,
    _words(
        "AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance"
        " AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance"
        " Conductance Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity"
        " ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency"
        " Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux"
        " LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration"
        " MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power"
        " Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity SolidAngle"
        " SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate"
        " VolumeFraction VolumetricFlux Wavenumber"
    ),
)

STEP_LABELS: Final = {
    "commissioning": N_("Harvested"),
    "creating_class_instance": N_("Harvested, added to the lot"),
    "inspecting": N_("Checked"),
    "accepting": N_("Accepted"),
    "storing": N_("Put into storage"),
    "packing": N_("Packed"),
    "repackaging": N_("Packed anew"),
    "unpacking": N_("Unpacked"),
    "picking": N_("Picked for an order"),
    "loading": N_("Loaded"),
    "shipping": N_("Sent out"),
    "departing": N_("Left"),
    "transporting": N_("On the way"),
    "arriving": N_("Arrived"),
    "receiving": N_("Received"),
    "stocking": N_("On the shelf"),
    "retail_selling": N_("Sold"),
    "holding": N_("Held back"),
    "destroying": N_("Destroyed"),
    "void_shipping": N_("Sending called off"),
}
"""Plain words for the steps on a timeline: message ids to translate at the edge."""

OTHER_STEP_LABEL: Final = N_("Recorded")

DISPOSITION_LABELS: Final = {
    "active": N_("in the field or at the farm"),
    "in_progress": N_("being worked on"),
    "container_closed": N_("packed and closed"),
    "in_transit": N_("on the way"),
    "sellable_accessible": N_("for sale"),
    "retail_sold": N_("sold"),
    "recalled": N_("recalled"),
    "expired": N_("past its date"),
    "damaged": N_("damaged"),
    "destroyed": N_("destroyed"),
    "returned": N_("sent back"),
}


def step_label(business_step: str) -> str:
    """The message id for a business step in any spelling; steps without words of their own are “Recorded”."""
    return STEP_LABELS.get(BUSINESS_STEPS.bare(business_step), OTHER_STEP_LABEL)
