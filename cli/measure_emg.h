/* engram measure emg: muscle signals of delimited text and every other format with channels. */
#ifndef EG_CLI_MEASURE_EMG_H
#define EG_CLI_MEASURE_EMG_H

/* arguments[0] is "measure", arguments[1] "emg". Returns the exit status. */
int measure_emg(int n_arguments, char **arguments);

#endif
