#ifndef MUSTER_MUSTER_COMPLETE_H
#define MUSTER_MUSTER_COMPLETE_H

/*
 * The hidden command for the completion of shells: muster __complete POSITION WORD... prints the possible words at that
 * position (0-based; word 0 is muster), one in each line, from the tables of commands and options, so it is never out
 * of date. A line ":files" stands for names of files. Returns the exit code.
 */
int complete(int argc, char **argv);

#endif
