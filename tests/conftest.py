"""One BLAS thread: the matrices are small, and waiting threads slow each other down many times over."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
