/** The C host, the same for all models but for its tables. `FW_` stands for the prefix. */
export const HOST = `/* Carries out the list of launches below, and chooses nothing but the size of work-groups. Made by Fretwork. */
#define CL_TARGET_OPENCL_VERSION 120
#include "FW_HEADER"

#include <CL/cl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAYERS = FW_LAYER_COUNT, KERNELS = FW_KERNEL_COUNT, LAUNCHES = FW_LAUNCH_COUNT, BUFFERS = FW_BUFFER_COUNT };

typedef struct {
  int kind;      /* 0: a piece of the arena, 1: a piece of the weights, 2: memory of its own, 3: texels of another buffer */
  size_t offset; /* of the piece; 3: which buffer */
  size_t size;   /* bytes; 3: texels */
} buffer_row;

typedef struct {
  char kind; /* b: buffer, i: integer, f: float, l: bytes of local memory per item */
  int value;
  float real;
} argument;

typedef struct {
  int layer, kernel;
  size_t global[3];
  int axis, most, alone, across; /* work-groups lie along one axis; alone: one does all; across: items along the other one of the first two axes */
  int first, count;      /* of the arguments */
} launch_row;

extern const char *const FW_source[];
extern const size_t FW_source_pieces;

FW_TABLES

static const int input_buffers[] = {FW_INPUT_BUFFERS}, output_buffers[] = {FW_OUTPUT_BUFFERS};
static const char build_options[] = FW_OPTION_TEXT;

struct FW_model {
  cl_context context;
  cl_command_queue queue;
  cl_program program;
  cl_mem arena, memory[BUFFERS + 1];
  cl_kernel kernels[LAUNCHES + 1];
  size_t global[LAUNCHES + 1][3], local[LAUNCHES + 1][3];
  char device[128];
};

static long live;

long FW_live(void) { return live; }

static FW_code fail(FW_error *error, FW_code code, cl_int status, int layer, const char *text) {
  if (status == CL_MEM_OBJECT_ALLOCATION_FAILURE || status == CL_OUT_OF_RESOURCES || status == CL_OUT_OF_HOST_MEMORY || status == CL_INVALID_BUFFER_SIZE) code = FWU_NO_MEMORY;
  if (error != NULL) {
    error->code = code;
    error->status = status;
    error->layer = layer < 0 || layer >= LAYERS ? NULL : layer_names[layer];
    snprintf(error->text, sizeof error->text, "%s", text);
  }
  return code;
}

/* FNV-1a, 64 bits. */
static uint64_t hashed(uint64_t hash, const char *text) {
  for (; *text != 0; text++) hash = (hash ^ (unsigned char)*text) * 1099511628211u;
  return hash;
}

static unsigned char *read_kept(const char *name, size_t *bytes) {
  FILE *file = fopen(name, "rb");
  if (file == NULL) return NULL;
  unsigned char *data = NULL;
  long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
  if (size > 0 && size < 1 << 28 && fseek(file, 0, SEEK_SET) == 0) data = malloc((size_t)size);
  if (data != NULL && fread(data, 1, (size_t)size, file) != (size_t)size) {
    free(data);
    data = NULL;
  }
  fclose(file);
  *bytes = data == NULL ? 0 : (size_t)size;
  return data;
}

static void keep(const char *name, cl_program program) {
  size_t bytes = 0;
  if (clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, sizeof bytes, &bytes, NULL) != CL_SUCCESS || bytes == 0) return;
  unsigned char *data = malloc(bytes);
  char own[1100];
  snprintf(own, sizeof own, "%s.new", name);
  if (data != NULL && clGetProgramInfo(program, CL_PROGRAM_BINARIES, sizeof data, &data, NULL) == CL_SUCCESS) {
    FILE *file = fopen(own, "wb");
    if (file != NULL) {
      const int whole = fwrite(data, 1, bytes, file) == bytes;
      if (fclose(file) == 0 && whole) rename(own, name); /* whole or not at all */
      else remove(own);
    }
  }
  free(data);
}

/* From the kept binary where there is one and the driver takes it, otherwise from the source. */
static FW_code build(FW_model *m, cl_device_id device, const char *cache_directory, FW_error *error) {
  char name[1024] = "", text[256];
  cl_int status = CL_SUCCESS;
  if (cache_directory != NULL) {
    uint64_t hash = hashed(14695981039346656037u, build_options);
    const cl_device_info keys[] = {CL_DEVICE_NAME, CL_DRIVER_VERSION, CL_DEVICE_VERSION};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
      text[0] = 0;
      clGetDeviceInfo(device, keys[i], sizeof text - 1, text, NULL);
      text[sizeof text - 1] = 0;
      hash = hashed(hash, text);
    }
    for (size_t i = 0; i < FW_source_pieces; i++) hash = hashed(hash, FW_source[i]);
    snprintf(name, sizeof name, "%s/%016llx.bin", cache_directory, (unsigned long long)hash);
    size_t bytes = 0;
    unsigned char *kept = read_kept(name, &bytes);
    if (kept != NULL) {
      const unsigned char *data = kept;
      cl_int taken = CL_SUCCESS;
      m->program = clCreateProgramWithBinary(m->context, 1, &device, &bytes, &data, &taken, &status);
      free(kept);
      if (m->program != NULL) live++;
      if (status == CL_SUCCESS && taken == CL_SUCCESS && clBuildProgram(m->program, 1, &device, build_options, NULL, NULL) == CL_SUCCESS) return FWU_OK;
      if (m->program != NULL) {
        clReleaseProgram(m->program);
        live--;
      }
      m->program = NULL;
    }
  }
  const char **pieces = malloc(FW_source_pieces * sizeof *pieces);
  if (pieces == NULL) return fail(error, FWU_NO_MEMORY, 0, -1, "no memory on the host");
  memcpy(pieces, FW_source, FW_source_pieces * sizeof *pieces);
  m->program = clCreateProgramWithSource(m->context, (cl_uint)FW_source_pieces, pieces, NULL, &status);
  free(pieces);
  if (m->program == NULL) return fail(error, FWU_CALL, status, -1, "clCreateProgramWithSource");
  live++;
  status = clBuildProgram(m->program, 1, &device, build_options, NULL, NULL);
  if (status != CL_SUCCESS) {
    char log[2048] = "";
    size_t bytes = 0;
    int layer = -1;
    clGetProgramBuildInfo(m->program, device, CL_PROGRAM_BUILD_LOG, 0, NULL, &bytes);
    char *all = malloc(bytes + 1);
    if (all != NULL && clGetProgramBuildInfo(m->program, device, CL_PROGRAM_BUILD_LOG, bytes, all, NULL) == CL_SUCCESS) {
      all[bytes] = 0;
      snprintf(log, sizeof log, "%s", all);
      for (int i = 0; i < LAUNCHES && layer < 0; i++) if (strstr(all, kernel_names[launches[i].kernel]) != NULL) layer = launches[i].layer;
    }
    free(all);
    return fail(error, FWU_BUILD, status, layer, log);
  }
  if (name[0] != 0) keep(name, m->program);
  return FWU_OK;
}

static FW_code make_memory(FW_model *m, const unsigned char *weights, FW_error *error) {
  cl_int status = CL_SUCCESS;
  m->arena = clCreateBuffer(m->context, CL_MEM_READ_WRITE, FW_ARENA_BYTES, NULL, &status);
  if (m->arena == NULL) return fail(error, FWU_CALL, status, -1, "clCreateBuffer of the arena");
  live++;
  for (int i = 0; i < BUFFERS; i++) {
    const buffer_row row = buffers[i];
    if (row.kind == 0) {
      const cl_buffer_region region = {row.offset, row.size};
      m->memory[i] = clCreateSubBuffer(m->arena, CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION, &region, &status);
    } else if (row.kind == 1) {
      m->memory[i] = clCreateBuffer(m->context, CL_MEM_READ_ONLY | CL_MEM_COPY_HOST_PTR, row.size, (void *)(size_t)(weights + row.offset), &status);
    } else if (row.kind == 2) {
      m->memory[i] = clCreateBuffer(m->context, CL_MEM_READ_WRITE, row.size, NULL, &status);
    } else {
      const cl_image_format format = {CL_RGBA, FW_IS_HALF ? CL_HALF_FLOAT : CL_FLOAT};
      cl_image_desc image;
      memset(&image, 0, sizeof image);
      image.image_type = CL_MEM_OBJECT_IMAGE1D_BUFFER;
      image.image_width = row.size;
      image.buffer = m->memory[row.offset];
      m->memory[i] = clCreateImage(m->context, CL_MEM_READ_ONLY, &format, &image, NULL, &status);
    }
    if (m->memory[i] == NULL) {
      char text[64];
      snprintf(text, sizeof text, "buffer %d of %lu", i, (unsigned long)row.size);
      return fail(error, FWU_CALL, status, -1, text);
    }
    live++;
  }
  return FWU_OK;
}

/* A kernel per launch, its arguments set once. */
static FW_code prepare(FW_model *m, cl_device_id device, FW_error *error) {
  size_t most = 1, axes[3] = {1, 1, 1};
  clGetDeviceInfo(device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof most, &most, NULL);
  clGetDeviceInfo(device, CL_DEVICE_MAX_WORK_ITEM_SIZES, sizeof axes, axes, NULL);
  cl_ulong local_bytes = 0;
  clGetDeviceInfo(device, CL_DEVICE_LOCAL_MEM_SIZE, sizeof local_bytes, &local_bytes, NULL);
  for (int i = 0; i < LAUNCHES; i++) {
    const launch_row row = launches[i];
    const char *name = kernel_names[row.kernel];
    cl_int status = CL_SUCCESS;
    cl_kernel kernel = m->kernels[i] = clCreateKernel(m->program, name, &status);
    if (kernel == NULL) return fail(error, FWU_CALL, status, row.layer, name);
    live++;
    size_t allowed = 1, along = 1, across = 1, wave = 1, bytes = 0, wanted = (size_t)row.most;
    const int other = 1 - row.axis; /* no axis where there is nothing across */
    clGetKernelWorkGroupInfo(kernel, device, CL_KERNEL_WORK_GROUP_SIZE, sizeof allowed, &allowed, NULL);
    for (int a = 0; a < row.count; a++) if (arguments[row.first + a].kind == 'l') bytes += (size_t)arguments[row.first + a].value;
    if (allowed > most) allowed = most;
    if (bytes > 0 && allowed > local_bytes / bytes) allowed = (size_t)local_bytes / bytes;
    clGetKernelWorkGroupInfo(kernel, device, CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE, sizeof wave, &wave, NULL);
    /* Items that the device runs in step: a group fills a whole wave of them. */
    if (wanted > 1 && wanted < wave) wanted = wave;
    if (!row.alone && wanted > row.global[row.axis]) wanted = row.global[row.axis];
    while (along * 2 <= allowed && along * 2 <= wanted && along * 2 <= axes[row.axis]) along *= 2;
    if (row.across > 1) while (across * 2 <= (size_t)row.across && along * across * 2 <= allowed && across * 2 <= axes[other]) across *= 2;
    const size_t items = along * across;
    for (int a = 0; a < row.count; a++) {
      const argument given = arguments[row.first + a];
      const cl_int integer = given.value;
      if (given.kind == 'b') status = clSetKernelArg(kernel, (cl_uint)a, sizeof(cl_mem), &m->memory[given.value]);
      else if (given.kind == 'i') status = clSetKernelArg(kernel, (cl_uint)a, sizeof integer, &integer);
      else if (given.kind == 'f') status = clSetKernelArg(kernel, (cl_uint)a, sizeof given.real, &given.real);
      else status = clSetKernelArg(kernel, (cl_uint)a, (size_t)given.value * items, NULL);
      if (status != CL_SUCCESS) return fail(error, FWU_CALL, status, row.layer, name);
    }
    for (int d = 0; d < 3; d++) {
      m->local[i][d] = d == row.axis ? along : d == other ? across : 1;
      m->global[i][d] = d != row.axis ? row.global[d] * m->local[i][d] : row.alone ? along : (row.global[d] + along - 1) / along * along;
    }
  }
  return FWU_OK;
}

static FW_code open_device(FW_model *m, const FW_options *options, cl_device_id *device, FW_error *error) {
  enum { MOST = 32 };
  cl_platform_id platforms[MOST];
  cl_device_id devices[MOST];
  cl_uint count = 0;
  const int p = options == NULL ? 0 : options->platform, d = options == NULL ? 0 : options->device;
  cl_int status = clGetPlatformIDs(MOST, platforms, &count);
  if (status != CL_SUCCESS || p < 0 || p >= MOST || (cl_uint)p >= count) return fail(error, FWU_NO_PLATFORM, status, -1, "there is no such OpenCL platform: install a driver");
  status = clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, MOST, devices, &count);
  if (status != CL_SUCCESS || d < 0 || d >= MOST || (cl_uint)d >= count) return fail(error, FWU_NO_DEVICE, status, -1, "the platform has no such device");
  *device = devices[d];
  clGetDeviceInfo(*device, CL_DEVICE_NAME, sizeof m->device - 1, m->device, NULL);
  if (FW_NEEDS_HALF) {
    size_t bytes = 0;
    int has = 0;
    clGetDeviceInfo(*device, CL_DEVICE_EXTENSIONS, 0, NULL, &bytes);
    char *words = malloc(bytes + 1);
    if (words != NULL && clGetDeviceInfo(*device, CL_DEVICE_EXTENSIONS, bytes, words, NULL) == CL_SUCCESS) {
      words[bytes] = 0;
      has = strstr(words, "cl_khr_fp16") != NULL;
    }
    free(words);
    if (!has) return fail(error, FWU_NO_FP16, 0, -1, "the device lacks cl_khr_fp16: compile with type f16-storage");
  }
  m->context = clCreateContext(NULL, 1, device, NULL, NULL, &status);
  if (m->context == NULL) return fail(error, FWU_CALL, status, -1, "clCreateContext");
  live++;
  m->queue = clCreateCommandQueue(m->context, *device, 0, &status);
  if (m->queue == NULL) return fail(error, FWU_CALL, status, -1, "clCreateCommandQueue");
  live++;
  return FWU_OK;
}

FW_model *FW_create(const void *weights, size_t bytes, const FW_options *options, FW_error *error) {
  if (error != NULL) memset(error, 0, sizeof *error);
  if (weights == NULL || bytes != FWU_WEIGHT_BYTES) {
    fail(error, FWU_WEIGHTS, 0, -1, "the weights have not the size of this model's");
    return NULL;
  }
  FW_model *m = calloc(1, sizeof *m);
  if (m == NULL) {
    fail(error, FWU_NO_MEMORY, 0, -1, "no memory on the host");
    return NULL;
  }
  cl_device_id device;
  if (open_device(m, options, &device, error) == FWU_OK && build(m, device, options == NULL ? NULL : options->cache_directory, error) == FWU_OK
      && make_memory(m, weights, error) == FWU_OK && prepare(m, device, error) == FWU_OK) return m;
  FW_destroy(m);
  return NULL;
}

FW_code FW_run(FW_model *m, const float *const *ins, float *const *outs, FW_error *error) {
  cl_int status;
  if (error != NULL) memset(error, 0, sizeof *error);
  for (int i = 0; i < FWU_INPUTS; i++) {
    if (FW_inputs[i].elements == 0) continue;
    status = clEnqueueWriteBuffer(m->queue, m->memory[input_buffers[i]], CL_FALSE, 0, FW_inputs[i].elements * sizeof(float), ins[i], 0, NULL, NULL);
    if (status != CL_SUCCESS) return fail(error, FWU_CALL, status, -1, "clEnqueueWriteBuffer");
  }
  for (int i = 0; i < LAUNCHES; i++) {
    status = clEnqueueNDRangeKernel(m->queue, m->kernels[i], 3, NULL, m->global[i], m->local[i], 0, NULL, NULL);
    if (status != CL_SUCCESS) return fail(error, FWU_CALL, status, launches[i].layer, kernel_names[launches[i].kernel]);
  }
  for (int i = 0; i < FWU_OUTPUTS; i++) {
    if (FW_outputs[i].elements == 0) continue;
    status = clEnqueueReadBuffer(m->queue, m->memory[output_buffers[i]], CL_FALSE, 0, FW_outputs[i].elements * sizeof(float), outs[i], 0, NULL, NULL);
    if (status != CL_SUCCESS) return fail(error, FWU_CALL, status, -1, "clEnqueueReadBuffer");
  }
  status = clFinish(m->queue);
  return status == CL_SUCCESS ? FWU_OK : fail(error, FWU_CALL, status, -1, "clFinish");
}

const char *FW_device(const FW_model *m) { return m->device; }

void FW_destroy(FW_model *m) {
  if (m == NULL) return;
  for (int i = 0; i < LAUNCHES; i++) if (m->kernels[i] != NULL) clReleaseKernel(m->kernels[i]), live--;
  for (int i = BUFFERS - 1; i >= 0; i--) if (m->memory[i] != NULL) clReleaseMemObject(m->memory[i]), live--;
  if (m->arena != NULL) clReleaseMemObject(m->arena), live--;
  if (m->program != NULL) clReleaseProgram(m->program), live--;
  if (m->queue != NULL) clReleaseCommandQueue(m->queue), live--;
  if (m->context != NULL) clReleaseContext(m->context), live--;
  free(m);
}
`;
