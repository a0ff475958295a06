-- Closures: one is made for every ten calls, and called through a function that takes it as an argument.
local function twice(f, x)
  return f(f(x))
end

local function bench(n)
  local s = 0.0
  for i = 0, n - 1 do
    local c = 0.5 * i
    local f = function(x) return 0.5 * x + c end
    for j = 1, 5 do
      s = twice(f, s)
    end
  end
  return s
end

local n = math.tointeger(arg[1])
local start = os.clock()
local result = bench(n)
print(os.clock() - start, result)
