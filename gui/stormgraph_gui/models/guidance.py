"""What each parameter is called, what it means, and how to choose it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stormgraph_py.errors import ParameterError


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """What the user is told of one parameter.

    Parameters
    ----------
    label : str
        Name of its field.
    meaning : str
        What it does, in one or two sentences.
    advice : str
        How to choose it, and what the choice costs.
    unit : str
        Unit behind the field; empty for plain numbers.
    """

    label: str
    meaning: str
    advice: str
    unit: str = ""


SEED = "seed"
"""Name of the seed among the parameters."""

AUTOMATIC_R0 = Guidance(
    label="Automatic",
    meaning="Finds the neighbourhood radius r0 without k, from how localizations join up as the "
    "radius grows.",
    advice="Made for data with hardly anything between the clusters: tick it when more than about "
    "nine in ten localizations plainly lie in well separated clusters. Otherwise give k.",
)
"""What is said of finding r0 without k."""

GUIDANCE: dict[str, Guidance] = {
    "k": Guidance(
        label="Neighbours k",
        unit="localizations",
        meaning="Sets the scale at which localizations count as neighbours: the radius r0 is "
        "chosen so that most clustered localizations have at least k others within it, and most "
        "unclustered ones fewer.",
        advice="10 to 20 suits most data. Stay below the number of localizations in a typical "
        "cluster, and above the number of times that one molecule blinks; single spots on the "
        "glass beside the cell show that number. A larger k takes more of the sparse rim into a "
        "cluster.",
    ),
    "alpha": Guidance(
        label="False positives alpha",
        meaning="The largest share of completely random localizations that you would put up with "
        "being called clustered. It decides how dense a neighbourhood has to be.",
        advice="0.05 for most data. A smaller alpha is safer and loses sparse clusters; a larger "
        "one finds them at the cost of more chance clusters. 1 switches the test off. Molecules "
        "that are counted several times are real clumps of localizations, so with blinking the "
        "share can exceed alpha.",
    ),
    "min_cluster_size": Guidance(
        label="Smallest cluster",
        unit="localizations",
        meaning="Clusters with fewer localizations are not reported. Two localizations are never "
        "a cluster, so 3 is the least.",
        advice="Look at the clumps on the glass outside the cell, which are mostly single labels, "
        "and choose a number above theirs; or leave it low and let the filter below remove single "
        "molecules.",
    ),
    "overcounting": Guidance(
        label="Remove single molecules",
        meaning="Removes each cluster whose localizations could all come from one molecule that "
        "was seen several times, judged by the precision of each localization.",
        advice="Tick it when fluorophores blink and you count clusters. It needs localization "
        "precisions. Small real clusters, no larger than the precision, go too; the evidence for "
        "every cluster stays visible either way.",
    ),
    "label_radius_nm": Guidance(
        label="Label radius",
        unit="nm",
        meaning="How far a fluorophore may sit from its molecule. The filter for single molecules "
        "allows for that much more scatter.",
        advice="0 when all localizations of a molecule scatter about one point, as with tags fused "
        "to the protein. Antibodies put the dye up to about 10 nm away; 8 nm was used for B-cell "
        "receptors in the paper. A larger radius removes more clusters.",
    ),
    "overcounting_significance": Guidance(
        label="Filter significance",
        meaning="The risk of calling one molecule several, for each cluster that the filter for "
        "single molecules tests.",
        advice="0.05, as in the paper. A smaller value asks for more evidence and removes more "
        "clusters.",
    ),
    "use_sigma": Guidance(
        label="Use the precisions",
        meaning="Takes into account how precisely each localization is known, when the file says.",
        advice="Leave it ticked. Clear it to see how much the precisions matter for your data.",
    ),
    "dimensions": Guidance(
        label="Dimensions",
        meaning="Whether clusters are sought in the plane or in space.",
        advice="As in the data takes 3-D when there is a z that varies. 2-D looks at the "
        "projection, in which things above each other seem to touch.",
    ),
    "z_profile": Guidance(
        label="Depth of random data",
        meaning="3-D only: how the random localizations, with which yours are compared, are spread "
        "over the depth.",
        advice="Round a focal plane, as an astigmatic lens sees them, suits most data. Evenly "
        "fits volumes that were recorded equally well at every depth.",
    ),
    "max_neighbors": Guidance(
        label="Most links",
        meaning="The most neighbours that one localization stays linked to; the strongest links "
        "are kept.",
        advice="500, as in the paper, is hardly ever reached with k between 10 and 20. It keeps "
        "very dense clusters from taking very long.",
    ),
    "min_edge_probability": Guidance(
        label="Certainty of links",
        meaning="Two localizations are linked when, given their precisions, they are closer than "
        "r0 with at least this probability.",
        advice="0.75, as in the paper. Larger values cut doubtful links and make clusters smaller.",
    ),
    "similarity_threshold": Guidance(
        label="Agreement for splits",
        meaning="A cluster is split into parts when a second, independent look at its nearest "
        "neighbours finds the same parts. This is how well the two must agree.",
        advice="0.8, as in the paper. Larger values split less; 1 asks for perfect agreement.",
    ),
    "n_trials": Guidance(
        label="Searches",
        meaning="How often the search for communities starts anew in each connected piece of the "
        "graph; the best one counts.",
        advice="2 suits most data. More take longer in proportion and change little. With the "
        "Infomap library take 5.",
    ),
    "community_backend": Guidance(
        label="Search by",
        meaning="The program that searches for communities: the compiled one of this app, or the "
        "Infomap library.",
        advice="The compiled one is several times faster. Infomap is an independent check. Borders "
        "may differ a little, so keep to one of them within a study.",
    ),
    "weights": Guidance(
        label="Weights of links",
        meaning="How precisions enter the strength of links: by integration, or by moving the "
        "localizations at random many times, as the paper does.",
        advice="Integration is exact and fast. Sampling is for comparison with the paper.",
    ),
    "n_simulations": Guidance(
        label="Random repeats",
        meaning="How often the localizations are moved at random within their precisions, to find "
        "r0 and, where links are sampled, their weights.",
        advice="100, as in the paper. More repeats take longer and steady the result a little.",
    ),
    "louvain_backend": Guidance(
        label="First look by",
        meaning="Data without precisions only: the program that makes one of two preliminary "
        "clusterings, which show what is an outlier.",
        advice="igraph is much the faster one; python-louvain is independent of it.",
    ),
    SEED: Guidance(
        label="Seed",
        meaning="Random numbers start here. The same data, parameters and seed give the same "
        "clusters every time.",
        advice="Any whole number from 0 on. Run with a few seeds to see how firm a result is, and "
        "report the one you used.",
    ),
}
"""What is said of each parameter, in the order of the fields."""

BASIC = ("k", "alpha", "min_cluster_size", "overcounting", "label_radius_nm")
"""Parameters that are always in sight; the others unfold."""

CHOICES: dict[str, tuple[tuple[object, str], ...]] = {
    "dimensions": ((None, "As in the data"), (2, "2-D"), (3, "3-D")),
    "z_profile": (("gaussian", "Round a focal plane"), ("uniform", "Evenly")),
    "weights": (("exact", "By integration"), ("monte-carlo", "By sampling")),
    "community_backend": (("native", "Compiled"), ("infomap", "Infomap library")),
    "louvain_backend": (("igraph", "igraph"), ("python-louvain", "python-louvain")),
}
"""Values of parameters that are chosen from a list, with the words for them."""


def value_in_words(name: str, value: object) -> str:
    """Return a value of a parameter as the fields show it.

    Examples
    --------
    >>> value_in_words("k", None), value_in_words("alpha", 0.05)
    ('automatic', '0.05')
    """
    for choice, words in CHOICES.get(name, ()):
        if choice == value:
            return words.lower() if words[0].isupper() and words[1:2].islower() else words
    if value is None:
        return "automatic"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number_in_words(value) if isinstance(value, float) else str(value)


def number_in_words(value: float) -> str:
    """Return a number with all of its digits and no more.

    Examples
    --------
    >>> number_in_words(8.0), number_in_words(0.05)
    ('8', '0.05')
    """
    return f"{value:.15g}"


def fault_in_words(name: str, error: ParameterError) -> str:
    """Return what is wrong with a value, to be read beside its field, which says which it is.

    Examples
    --------
    >>> fault_in_words("k", ParameterError("k=0 is below 1; choose 10 to 20, or None for a guess."))
    '0 is below 1; choose 10 to 20, or tick Automatic for a guess.'
    """
    text = str(error).replace(f"{name}=", "", 1).replace("or None for", "or tick Automatic for")
    return re.sub(rf"\b{name}\b", "value", text)
