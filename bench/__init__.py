"""The benchmarks behind every figure we quote: real processes, bounded in count and time (`make bench`)."""
