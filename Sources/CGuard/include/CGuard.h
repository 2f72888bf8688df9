/* No end of the process reads as an accepted login unless it is ours. */
#ifndef CGUARD_H
#define CGUARD_H

/* From here on this process ends by clibc_end, or with status 111: see guard.c. To be called in a child, too. */
void cguard_arm(void);

/* From here on the calling thread, and no other, may execute another program in this process. */
void cguard_permit_exec(void);

#endif
