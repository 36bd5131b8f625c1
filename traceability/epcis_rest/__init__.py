"""The EPCIS 2.0 REST interface: its protocol, and the resources that are read."""
