#ifndef BOREL_CREADLINE_SHIM_H
#define BOREL_CREADLINE_SHIM_H

/* GNU readline behind functions: its interface is a set of global variables, which Swift may not touch. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <readline/history.h>
#include <readline/readline.h>

/* Returns the next candidate for `text` (malloc'ed) or NULL; `state` is 0 for the first call of a completion. */
typedef char *borel_completion_generator(const char *text, int state);

/* Sets the program's name, the characters that end a word, and the function that completes words; file names are not completed. */
static inline void borel_readline_prepare(
    const char *name, const char *word_breaks, rl_completion_func_t *attempt, rl_hook_func_t *on_signal) {
  rl_readline_name = name;
  rl_completer_word_break_characters = (char *)word_breaks;
  rl_attempted_completion_function = attempt;
  rl_signal_event_hook = on_signal;
  rl_variable_bind("enable-bracketed-paste", "on");
  rl_variable_bind("blink-matching-paren", "off");
}

static inline char **borel_readline_matches(const char *text, borel_completion_generator *generator) {
  rl_attempted_completion_over = 1;
  rl_completion_append_character = '\0';
  return rl_completion_matches(text, generator);
}

/* The text left of the word that is being completed ends at `start`. */
static inline const char *borel_readline_buffer(void) { return rl_line_buffer; }

/* Drops the line that is being edited and makes the pending call return. */
static inline void borel_readline_abandon_line(void) {
  rl_replace_line("", 0);
  rl_crlf();
  rl_done = 1;
}

#endif
