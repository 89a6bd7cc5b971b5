"""Whether Spark can be run here, and where the tests run it: two workers of their own."""

import importlib.util
import os
import shutil

import pytest

#: Two workers with a core and 1,024 MB each, in processes of their own, as on two machines.
CLUSTER = "local-cluster[2,1,1024]"

_HAS_JAVA = "JAVA_HOME" in os.environ or shutil.which("java") is not None

needed = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or not _HAS_JAVA,
    reason="Spark is not installed: `make spark`, and Java 17",
)
