-- Calls of a known function: Fibonacci numbers by double recursion.
local function fib(n)
  if n < 2 then
    return n
  end
  return fib(n - 1) + fib(n - 2)
end

local function bench(n)
  return fib(n)
end

local n = math.tointeger(arg[1])
local start = os.clock()
local result = bench(n)
print(os.clock() - start, result)
