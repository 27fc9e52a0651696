/** C text of the threads of a model: who starts them, what they wait for, who ends them. */
import type { EmittedLayer } from './project.js';

/** Declarations, before any layer. Awake first: layers follow one another within microseconds. By the clock: how long a look takes differs by core. */
const TEAM = `/*
 * The parts of a layer belong to threads for good: part 0 is the caller's. With FWU_NO_THREADS the caller does all of them, and there
 * is nothing to wait for.
 */
#ifdef FWU_NO_THREADS
#define FW_wait(team) ((void)(team))
#else
/*
 * Nanoseconds that a thread looks before it sleeps: to be woken takes 50000 to 100000. Where looking is in vain time and again, other
 * processes want the cores: then it looks less long.
 */
#define MOST_AWAKE 200000
#define LEAST_AWAKE 20000
/* Looks between two at the clock. */
#define LOOKS 64

typedef struct {
  pthread_t thread;
  const FW_model *model;
  int part;
} FW_worker;

struct FW_team {
  pthread_mutex_t lock;
  pthread_cond_t turned;
  atomic_int members, arrived;
  atomic_uint turn;
  /* Written by the caller before a wait, read by the others after it. */
  int stop;
  const float *const *inputs;
  float *const *outputs;
  int started;
  FW_worker workers[FWU_THREADS - 1];
};

static int64_t FW_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static _Thread_local int64_t FW_awake = MOST_AWAKE;

/* Looks for a while whether this turn is over. */
static int FW_looks(struct FW_team *team, unsigned turn) {
  const int64_t end = FW_now() + FW_awake;
  do {
    for (int i = 0; i < LOOKS; i++) {
      if (atomic_load_explicit(&team->turn, memory_order_acquire) == turn) continue;
      FW_awake = 2 * FW_awake < MOST_AWAKE ? 2 * FW_awake : MOST_AWAKE;
      return 1;
    }
  } while (FW_now() < end);
  FW_awake = FW_awake / 2 > LEAST_AWAKE ? FW_awake / 2 : LEAST_AWAKE;
  return 0;
}

/* Goes on when all members are here; whoever comes last wakes the others. */
static void FW_wait(struct FW_team *team) {
  const unsigned turn = atomic_load(&team->turn);
  if (atomic_fetch_add(&team->arrived, 1) == atomic_load(&team->members) - 1) {
    atomic_store(&team->arrived, 0);
    pthread_mutex_lock(&team->lock);
    atomic_store(&team->turn, turn + 1);
    pthread_cond_broadcast(&team->turned);
    pthread_mutex_unlock(&team->lock);
    return;
  }
  if (FW_looks(team, turn)) return;
  pthread_mutex_lock(&team->lock);
  while (atomic_load(&team->turn) == turn) pthread_cond_wait(&team->turned, &team->lock);
  pthread_mutex_unlock(&team->lock);
}
#endif
`;

/** After the layers and `FW_parts`, which runs them. */
const START = `#ifndef FWU_NO_THREADS
static void *FW_work(void *data) {
  const FW_worker *const own = data;
  struct FW_team *const team = own->model->team;
  for (;;) {
    FW_wait(team);
    if (team->stop) return NULL;
    FW_parts(own->model, team->inputs, team->outputs, own->part, own->part + 1);
    FW_wait(team);
  }
}

static void FW_end(struct FW_team *team) {
  if (team == NULL) return;
  team->stop = 1;
  atomic_store(&team->members, team->started + 1);
  FW_wait(team);
  for (int i = 0; i < team->started; i++) pthread_join(team->workers[i].thread, NULL);
  pthread_cond_destroy(&team->turned);
  pthread_mutex_destroy(&team->lock);
  free(team);
}

/* NULL where there is no memory, or a thread does not start. */
static struct FW_team *FW_start(FW_model *m) {
  struct FW_team *const team = calloc(1, sizeof *team);
  if (team == NULL) return NULL;
  m->team = team;
  atomic_init(&team->members, FWU_THREADS);
  atomic_init(&team->arrived, 0);
  atomic_init(&team->turn, 0);
  pthread_mutex_init(&team->lock, NULL);
  pthread_cond_init(&team->turned, NULL);
  for (; team->started < FWU_THREADS - 1; team->started++) {
    FW_worker *const own = &team->workers[team->started];
    own->model = m;
    own->part = team->started + 1;
    if (pthread_create(&own->thread, NULL, FW_work, own) == 0) continue;
    FW_end(team);
    return NULL;
  }
  return team;
}
#endif
`;

const RUN = `#ifdef FWU_NO_THREADS
  FW_parts(m, inputs, outputs, 0, FWU_THREADS);
#else
  m->team->inputs = inputs;
  m->team->outputs = outputs;
  FW_wait(m->team);
  FW_parts(m, inputs, outputs, 0, 1);
  FW_wait(m->team);
#endif`;

export const TEAM_INCLUDES: readonly string[] = ['#ifndef FWU_NO_THREADS', '#include <pthread.h>', '#include <stdatomic.h>', '#include <time.h>', '#endif'];

/** Before anything is included: C11 alone has no clock that never jumps. */
export const TEAM_FEATURES: readonly string[] = ['#if !defined(FWU_NO_THREADS) && !defined(_POSIX_C_SOURCE)', '#define _POSIX_C_SOURCE 200809L', '#endif'];

/** What `model.c` is made of where there are threads, `FW_` and `FWU_` still to be replaced. */
export const team: Readonly<Record<'declarations' | 'start' | 'run', string>> = { declarations: TEAM, start: START, run: RUN };

/**
 * Calls of layers in order, one thread's as those of the first part. Between two layers of the first thread nothing has to be waited
 * for; before and after one that all share, everything.
 */
export function callsInParts(layers: readonly EmittedLayer[], wait: string): string[] {
  const lines: string[] = [];
  let pending: 'nothing' | 'first' | 'all' = 'nothing';
  for (const { call, shared } of layers) {
    if (pending === 'all' || (pending === 'first' && shared)) lines.push(wait);
    lines.push(shared ? call : `if (first == 0) ${call}`);
    pending = shared ? 'all' : 'first';
  }
  if (pending === 'all') lines.push(wait);
  return lines;
}
