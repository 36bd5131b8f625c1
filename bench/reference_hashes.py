"""The published event hash generator at work, alone in its process: the baseline of `event_hash`.

Runs on the interpreter of the environment that holds the generator, so it imports nothing of ours. Standard input is a
JSON list of documents (texts); standard output is `{"seconds": …, "hashes": […]}`, in seconds of processor time.
"""

import json
import logging
import sys
import time

from epcis_event_hash_generator.hash_generator import epcis_hashes_from_events
from epcis_event_hash_generator.json_to_py import event_list_from_epcis_document_str

logging.disable(logging.CRITICAL)
documents = json.load(sys.stdin)
epcis_hashes_from_events(event_list_from_epcis_document_str(documents[0]))  # reads its contexts once, like any server
started = time.process_time()
hashes = [value for text in documents for value in epcis_hashes_from_events(event_list_from_epcis_document_str(text))]
json.dump({"seconds": time.process_time() - started, "hashes": hashes}, sys.stdout)
