#ifndef MUSTER_MUSTER_COMPLETE_H
#define MUSTER_MUSTER_COMPLETE_H

/*
 * The hidden command behind the completion of shells: muster __complete POSITION WORD... prints the words that can
 * stand at that position (0-based; word 0 is muster), one a line, from the tables of commands and options, so that it
 * is never stale. A line ":files" stands for names of files. Gives the exit code.
 */
int complete(int argc, char **argv);

#endif
