/* engram measure strength FILE... */
#ifndef EG_CLI_MEASURE_STRENGTH_H
#define EG_CLI_MEASURE_STRENGTH_H

/* Printed with the help of "engram measure", too. */
/* clang-format off */
#define MEASURE_STRENGTH_HELP \
    "usage: engram measure strength FILE... [options]\n" \
    "  --column NAME  --unit N|kg|lb|N.m     which column, if the file does not say\n" \
    "  --rate-hz N                           if the file has neither time nor rate\n" \
    "  --rest N                              reading with the limb relaxed, in N or N.m\n" \
    "  --lever-m N                           from the joint to the pad: torque, too\n" \
    "  --gravity-n-m N                       added to the torque: the limb's weight, above\n" \
    "                                        0 where it works against the muscle\n" \
    "  --limb-kg N --limb-com-m N --limb-angle-deg N   the same from the limb's mass, its\n" \
    "                                        centre and its angle above the horizontal\n" \
    "  --window-s N                          of the best mean (1)\n" \
    "  --mass-kg N                           of the person: N/kg and N.m/kg\n" \
    "  --measure ID --age N --sex M|F        published values: force.grip, ...\n" \
    "  --involved FILE... --uninvolved FILE...   the files of each side: symmetry\n" \
    "  --all                                 impulses, steps, pre-tension and drift, too\n" \
    "  --explain CODE                        what a measure is; needs no file\n" \
    "  --json  --csv                         for scripts; one JSON object a line\n"
/* clang-format on */

/* `arguments` as of eg_command_measure; the exit status. */
int measure_strength(int n_arguments, char **arguments);

#endif
