#ifndef BOREL_CREADLINE_SHIM_H
#define BOREL_CREADLINE_SHIM_H

/* GNU readline behind functions: its interface is a set of global variables, which Swift may not touch. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <readline/history.h>
#include <readline/readline.h>

/* Returns the next candidate for `text` (malloc'ed) or NULL; `state` is 0 for the first call of a completion. */
typedef char *borel_completion_generator(const char *text, int state);

/* Sets the program's name, the characters that end a word, and the function that completes words; file names are not completed. */
static inline void borel_readline_prepare(
    const char *name, const char *word_breaks, rl_completion_func_t *attempt) {
  rl_readline_name = name;
  rl_completer_word_break_characters = (char *)word_breaks;
  rl_attempted_completion_function = attempt;
  /* Signals are waited for beside the keyboard, in borel_readline_line. */
  rl_catch_signals = 0;
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

struct borel_readline_state {
  int pipe[2];
  int is_open, is_done;
  char *line;
};

/* The state of the one line that is being read; Swift does not emit static variables outside of functions. */
static inline struct borel_readline_state *borel_readline_current(void) {
  static struct borel_readline_state state;
  return &state;
}

/* Notes a signal where poll sees it, on whatever thread it arrives. */
static inline void borel_readline_signal(int number) {
  int code = errno;
  char byte = (char)number;
  ssize_t written = write(borel_readline_current()->pipe[1], &byte, 1);
  (void)written;
  errno = code;
}

static inline void borel_readline_take(char *line) {
  borel_readline_current()->line = line;
  borel_readline_current()->is_done = 1;
  rl_callback_handler_remove();
}

static inline int borel_readline_open_pipe(void) {
  if (borel_readline_current()->is_open) return 1;
  if (pipe(borel_readline_current()->pipe) != 0) return 0;
  for (int end = 0; end < 2; end++) {
    fcntl(borel_readline_current()->pipe[end], F_SETFD, FD_CLOEXEC);
    fcntl(borel_readline_current()->pipe[end], F_SETFL, O_NONBLOCK);
  }
  borel_readline_current()->is_open = 1;
  return 1;
}

/* Stops the process, as Ctrl-Z asks, with the terminal as it was found, and shows the line again afterwards. */
static inline void borel_readline_suspend(void) {
  if (rl_deprep_term_function) rl_deprep_term_function();
  raise(SIGSTOP);
  if (rl_prep_term_function) rl_prep_term_function(1);
  rl_forced_update_display();
}

/* Reads and edits one line: a malloc'ed text, or NULL at the end of input or, with *interrupted set, after Ctrl-C. */
static inline char *borel_readline_line(const char *prompt, int *interrupted) {
  static const int caught[3] = {SIGINT, SIGTSTP, SIGWINCH};
  struct sigaction action, previous[3];
  *interrupted = 0;
  if (!borel_readline_open_pipe()) return NULL;
  memset(&action, 0, sizeof action);
  action.sa_handler = borel_readline_signal;
  sigemptyset(&action.sa_mask);
  for (int k = 0; k < 3; k++) sigaction(caught[k], &action, &previous[k]);

  borel_readline_current()->line = NULL;
  borel_readline_current()->is_done = 0;
  /* The window may have changed since the last line; readline only knows its terminal once it is initialised. */
  if (rl_instream) rl_reset_screen_size();
  rl_callback_handler_install(prompt, borel_readline_take);
  while (!borel_readline_current()->is_done && !*interrupted) {
    struct pollfd sources[2] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = borel_readline_current()->pipe[0], .events = POLLIN}};
    if (poll(sources, 2, -1) < 0 && errno != EINTR) break;
    char number;
    while (read(borel_readline_current()->pipe[0], &number, 1) == 1) {
      if (number == SIGINT) *interrupted = 1;
      if (number == SIGTSTP) borel_readline_suspend();
      if (number == SIGWINCH) rl_resize_terminal();
    }
    if (!*interrupted && sources[0].revents) rl_callback_read_char();
  }
  if (!borel_readline_current()->is_done) {
    /* What was typed stays visible, with a line of its own. */
    rl_free_line_state();
    rl_callback_sigcleanup();
    rl_callback_handler_remove();
    if (*interrupted) {
      ssize_t written = write(STDOUT_FILENO, "^C\n", 3);
      (void)written;
    }
  }
  for (int k = 0; k < 3; k++) sigaction(caught[k], &previous[k], NULL);
  return borel_readline_current()->line;
}

#endif
