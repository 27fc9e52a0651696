// The Arm Compute Library's dense functions on the layers given: GEMM with weights prepared once, convolution by whatever method it chooses, depthwise.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "arm_compute/runtime/NEON/NEFunctions.h"
#include "arm_compute/runtime/NEON/NEScheduler.h"
#include "arm_compute/runtime/Tensor.h"
#include "layers.h"
#include "marks.h"

using namespace arm_compute;

static void shape(Tensor &tensor, const TensorShape &sizes) {
  TensorInfo info(sizes, 1, DataType::F32);
  info.set_data_layout(DataLayout::NHWC);
  tensor.allocator()->init(info);
}

// Elements in the order of the sizes, whatever padding the library asked for.
static float *at(Tensor &tensor, size_t i) {
  const TensorShape &sizes = tensor.info()->tensor_shape();
  Coordinates place;
  for (size_t d = 0; d < sizes.num_dimensions(); i /= sizes[d], d++) place.set(d, i % sizes[d]);
  return reinterpret_cast<float *>(tensor.ptr_to_element(place));
}

static void copy(Tensor &tensor, const float *values) {
  for (size_t i = 0; i < tensor.info()->tensor_shape().total_size(); i++) *at(tensor, i) = values[i];
}

int main(int argc, char **argv) {
  NEScheduler::get().set_num_threads(1);
  for (int i = 0; i < layer_count(argc); i++) {
    const layer l = layer_at(argv, i);
    const size_t inputs = l.size == 0 ? (size_t)l.n * l.k : (size_t)l.size * l.size * layer_channels(l);
    float *w = (float *)malloc((size_t)l.m * l.k * 4), *x = (float *)malloc(inputs * 4);
    fill(w, (size_t)l.m * l.k, 7);
    fill(x, inputs, 5);
    const unsigned channels = layer_channels(l), out = l.size == 0 ? 1 : l.size / l.stride, pad = l.kernel / 2;
    Tensor from, by, to;
    std::unique_ptr<IFunction> function;
    const PadStrideInfo window(l.stride, l.stride, pad, pad);
    if (l.size == 0) {
      shape(from, TensorShape((size_t)l.k, (size_t)l.n));
      shape(by, TensorShape((size_t)l.m, (size_t)l.k));
      shape(to, TensorShape((size_t)l.m, (size_t)l.n));
      auto *gemm = new NEGEMM();
      gemm->configure(&from, &by, nullptr, &to, 1.0f, 0.0f, GEMMInfo(false, false, true));
      function.reset(gemm);
    } else {
      shape(from, TensorShape(channels, (size_t)l.size, (size_t)l.size));
      shape(to, TensorShape((size_t)l.m, out, out));
      if (l.depthwise) {
        shape(by, TensorShape((size_t)l.m, (size_t)l.kernel, (size_t)l.kernel));
        auto *layer = new NEDepthwiseConvolutionLayer();
        layer->configure(&from, &by, nullptr, &to, window);
        function.reset(layer);
      } else {
        shape(by, TensorShape(channels, (size_t)l.kernel, (size_t)l.kernel, (size_t)l.m));
        auto *layer = new NEConvolutionLayer();
        layer->configure(&from, &by, nullptr, &to, window);
        function.reset(layer);
      }
    }
    from.allocator()->allocate();
    by.allocator()->allocate();
    to.allocator()->allocate();
    copy(from, x);
    if (l.size == 0) {
      for (int r = 0; r < l.m; r++)
        for (int c = 0; c < l.k; c++) *at(by, (size_t)c * l.m + r) = w[(size_t)r * l.k + c];
    } else {
      copy(by, w);
    }
    function->prepare();
    function->run();
    begin(i);
    function->run();
    end(i);
    float wanted = 0, got = *at(to, 0);
    if (l.size == 0) {
      for (int j = 0; j < l.k; j++) wanted += w[j] * x[j];
    } else {
      wanted = layer_wanted(l, x, w);
      got = *at(to, ((size_t)(out / 2) * out + out / 2) * l.m);
    }
    if (std::fabs(got - wanted) > 1e-2f * std::fabs(wanted) + 1e-1f) return 3;
    free(w);
    free(x);
  }
  return 0;
}
