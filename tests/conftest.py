"""One thread for linear algebra: the matrices are small, and waiting threads slow each other down many times."""

import os

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")
