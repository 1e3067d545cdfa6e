"""Run matchering on files. This script runs in matchering's own environment (see ``matchering_home``).

python matchering_worker.py song TARGET REFERENCE RESULT           # as its manual shows: limited, 16 bit
python matchering_worker.py bare TARGET REFERENCE RESULT RATE      # no limiter, no normalisation, 32-bit float
"""

import sys

import matchering


def main() -> None:
    how, target, reference, result = sys.argv[1:5]
    if how == "song":
        matchering.process(target=target, reference=reference, results=[matchering.pcm16(result)])
        return
    matchering.process(
        target=target,
        reference=reference,
        results=[matchering.Result(result, "FLOAT", use_limiter=False, normalize=False)],
        config=matchering.Config(internal_sample_rate=int(sys.argv[5]), allow_equality=True),
    )


if __name__ == "__main__":
    main()
