// Random choices that a seed fixes, whatever the standard library.
#ifndef FLEET_TESTS_MODEL_SEEDED_RANDOM_H_
#define FLEET_TESTS_MODEL_SEEDED_RANDOM_H_

#include <cstdint>
#include <random>
#include <vector>

namespace fleet::testing {

class SeededRandom {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}

  // Uniform in [first, last].
  int Between(int first, int last) {
    return first + static_cast<int>(engine_() % static_cast<uint64_t>(last - first + 1));
  }
  bool OneIn(int n) { return Between(1, n) == 1; }
  bool Percent(int n) { return Between(1, 100) <= n; }
  // Of a list that is not empty.
  template <typename T>
  T& Of(std::vector<T>& list) {
    return list[static_cast<std::size_t>(Between(0, static_cast<int>(list.size()) - 1))];
  }
  template <typename T>
  const T& Of(const std::vector<T>& list) {
    return list[static_cast<std::size_t>(Between(0, static_cast<int>(list.size()) - 1))];
  }
  // Keeps `count` elements of `list`, in a random order.
  template <typename T>
  void Draw(std::vector<T>& list, std::size_t count) {
    for (std::size_t i = 0; i < count && i < list.size(); ++i) {
      std::swap(list[i], list[i + static_cast<std::size_t>(Between(0, static_cast<int>(list.size() - i) - 1))]);
    }
    if (count < list.size()) list.resize(count);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_MODEL_SEEDED_RANDOM_H_
