"""Seeded draws of many shapes. Only + - * / and comparisons make them, so that the Swift tests make the same bits."""

MASK = (1 << 64) - 1


class Uniforms:
    """xorshift64; numbers in [0, 1) with 53 bits."""

    def __init__(self, seed):
        self.state = (seed * 2654435761 + 88172645463325252) & MASK
        for _ in range(8):
            self.next()

    def next(self):
        s = self.state
        s ^= (s << 13) & MASK
        s ^= s >> 7
        s ^= (s << 17) & MASK
        self.state = s
        return (s >> 11) * 2.0**-53

    def bell(self):
        """Nearly normal with variance 1."""
        total = 0.0
        for _ in range(12):
            total += self.next()
        return total - 6.0


def draws(kind, chains, length, seed):
    """One list of draws for each chain."""
    u = Uniforms(seed)
    result = []
    for chain in range(chains):
        x = 0.0
        column = []
        for t in range(length):
            if kind == "iid":
                x = u.bell()
            elif kind == "slow":
                x = 0.9 * x + u.bell()
            elif kind == "crawling":
                x = 0.995 * x + u.bell()
            elif kind == "alternating":
                x = -0.6 * x + u.bell()
            elif kind == "heavy":
                x = (u.next() - 0.5) / (u.next() * u.next())
            elif kind == "coin":
                x = 1.0 if u.next() < 0.3 else 0.0
            elif kind == "counts":
                x = float(int(6.0 * u.next() * u.next()))
            elif kind == "constant":
                x = 0.1
            elif kind == "stuck":
                x = 2.0 if chain == 0 else u.bell()
            elif kind == "apart":
                x = 3.0 * chain + u.bell()
            elif kind == "drifting":
                x = 0.01 * t + u.bell()
            elif kind == "far":
                x = 1.0e8 + u.bell()
            elif kind == "tiny":
                x = 1.0e-150 * u.bell()
            elif kind == "infinite":
                x = float("inf") if u.next() < 0.02 else u.bell()
            elif kind == "both-infinite":
                v = u.next()
                x = float("inf") if v < 0.6 else float("-inf")
            elif kind == "missing":
                x = float("nan") if chain == 0 and t == length // 2 else u.bell()
            elif kind == "clustered":
                x = 1.0e60 if t == 0 and chain == 0 else 1.0 + 1.0e-13 * u.next()
            elif kind == "ties":
                x = float(int(40.0 * u.bell())) / 8.0
            else:
                raise ValueError(kind)
            column.append(x)
        result.append(column)
    return result


KINDS = [
    "iid", "slow", "crawling", "alternating", "heavy", "coin", "counts", "constant", "stuck", "apart", "drifting", "far",
    "tiny", "infinite", "both-infinite", "missing", "ties", "clustered",
]


def likelihoods(kind, chains, length, observations, seed):
    """For each observation the log likelihoods of all draws, chain after chain."""
    u = Uniforms(seed)
    thetas = [t for chain in draws("slow" if kind == "slow" else "iid", chains, length, seed + 1) for t in chain]
    columns = []
    for i in range(observations):
        y = 2.0 * u.bell()
        if kind == "outliers" and i % 5 == 0:
            y *= 4.0
        if kind == "flat" and i == 0:
            columns.append([-1.25] * len(thetas))
            continue
        scale = 0.3 if kind == "sharp" else 1.0
        columns.append([-0.918938533204672742 - 0.5 * ((y - 0.5 * t) / scale) * ((y - 0.5 * t) / scale) for t in thetas])
    return columns


LIKELIHOODS = ["good", "slow", "outliers", "sharp", "flat"]
